#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/frame.h"
#include "base/shared_file.h"
#include "records/batch.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// What a log wants done on a disk, as values. Nothing here touches a file: storage/perform executes an operation
/// against a Directory, whether called in the turn, by a pool thread or by the simulator.
namespace kstream::log {

/// A batch as it goes to disk: its first 61 bytes, patched, and the rest where it was received.
struct BatchPiece {
  records::BatchHead head;
  base::Slice rest;
};

/// Makes the folder with its `partition.metadata` and the first segment's empty files, all of it durable.
/// INCONSISTENT_TOPIC_ID, and nothing is changed, if a folder of that name holds segments or belongs to another topic:
/// that is this log's trouble, not its disk's.
struct OpenLog {
  std::string folder;  ///< `orders-0`
  Uuid topic_id;
  Offset base;
};

/// Makes the empty files of a segment. That they exist becomes durable with its first SyncSegment.
struct CreateSegment {
  std::string folder;
  Offset base;
};

/// One write of whole batches at the end of the active segment.
struct Append {
  base::FileRef file;
  std::uint64_t position = 0;
  std::uint64_t bytes = 0;  ///< of all batches
  std::vector<BatchPiece> batches;
};

/// Entries of the offset and time index that follow those already written; whole entries in Kafka's format.
struct WriteIndex {
  std::string folder;
  Offset base;  ///< of the segment
  std::uint64_t offset_index_position = 0;
  std::string offset_entries;
  std::uint64_t time_index_position = 0;
  std::string time_entries;
};

/// Syncs what was written of a segment, so that the recovery point may pass it: its three files and the folder, or,
/// where that was done once and only batches were added, `data_only`. With `epochs`, leader-epoch-checkpoint as well.
struct SyncSegment {
  std::string folder;
  Offset base;
  base::FileRef file;
  bool data_only = false;
  bool epochs = false;
};

/// Finds whole batches in a segment: from the one that contains `from` on, at most `max_bytes` (but one batch at
/// least), none with an offset of `up_to` or above.
struct Locate {
  base::FileRef file;
  std::string folder;
  Offset base;  ///< of the segment
  Offset from;
  Offset up_to;
  Offset next;                       ///< the next segment's base or the log's end: where to read on if nothing is found
  std::uint64_t hint = 0;            ///< a batch starts here, at or before the one sought
  bool near = false;                 ///< it is the one sought, or a few KiB before it: no index knows better
  bool exact = false;                ///< it is the one sought
  bool fresh = false;                ///< what follows was written so lately that it is in memory
  std::uint64_t offset_entries = 0;  ///< so many entries of the offset index are in its file
  base::FileRef index;               ///< that file, if it is open
  std::uint64_t end = 0;             ///< bytes of the segment that are written
  std::uint32_t max_bytes = 0;
};

/// The first record at or after a time, in segments given in order; or, with `latest`, the first record of the greatest
/// time in them.
struct FindTimestamp {
  struct Segment {
    base::FileRef file;
    Offset base;
    std::uint64_t end = 0;             ///< bytes that are written
    std::uint64_t offset_entries = 0;  ///< entries in the index files
    std::uint64_t time_entries = 0;
  };
  std::string folder;
  std::vector<Segment> segments;
  Timestamp target;
  bool latest = false;
  Offset from;   ///< the log start: earlier records do not count
  Offset up_to;  ///< nor do these
};

/// Renames a segment's files to `*.deleted`, so that a restart would remove them. What was made in the folder before is
/// made durable first: the successor must not get lost while the renaming does not.
struct RetireSegment {
  std::string folder;
  Offset base;
};
/// Removes the files that RetireSegment renamed.
struct RemoveSegment {
  std::string folder;
  Offset base;
};

/// A partition is gone: gives its folder another name, durably, so that the old one is free. Fine if it is not there.
struct RenameFolder {
  std::string folder;
  std::string to;
};
/// Removes a folder and all in it. That it is gone need not survive a power loss. Fine if it is not there.
struct RemoveFolder {
  std::string folder;
};
/// The name under which a deleted partition's folder waits for its removal: `orders-0.<32 hex digits>-delete`. A long
/// topic name is cut, so that no name is longer than the 255 bytes that file systems allow.
std::string deleted_folder(const std::string& topic, PartitionId partition, Uuid unique);
/// The same for a partition of which nobody knows: `orders-0.<32 hex digits>-stray`. It stays until somebody removes
/// it.
std::string stray_folder(const std::string& topic, PartitionId partition, Uuid unique);

/// Replaces a small text file atomically (write, sync, rename, sync of the folder), such as `leader-epoch-checkpoint`.
/// `sync_later`: without the syncs, so that a power loss may leave anything in its place.
struct ReplaceFile {
  std::string path;  ///< within the log directory
  std::string content;
  bool sync_later = false;
};

/// Removes a small file, such as a snapshot that a newer one has replaced. That it is gone need not survive a power
/// loss.
struct RemoveFile {
  std::string path;  ///< within the log directory
};

/// How large the file system of the log directory is.
struct MeasureDirectory {};

using Operation =
    std::variant<OpenLog, CreateSegment, Append, WriteIndex, SyncSegment, Locate, FindTimestamp, RetireSegment,
                 RemoveSegment, RenameFolder, RemoveFolder, ReplaceFile, RemoveFile, MeasureDirectory>;

/// Results, beside success. OpenLog and CreateSegment give the new segment's file, Locate a range, FindTimestamp a
/// record, MeasureDirectory two sizes.
struct Located {
  std::uint64_t position = 0;
  std::uint64_t bytes = 0;  ///< 0: no batch from `from` on is wholly below `up_to`
  Offset next;              ///< of the batch behind the range; without bytes it means nothing
  base::FileRef index;      ///< the offset index, if it had to be opened
};
struct FoundRecord {
  Offset offset = kNoOffset;  ///< none: no such record
  Timestamp timestamp = kNoTimestamp;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
};
struct DirectorySpace {
  std::uint64_t total_bytes = 0;
  std::uint64_t usable_bytes = 0;  ///< by this process
};
using Outcome = std::variant<std::monostate, base::FileRef, Located, FoundRecord, DirectorySpace>;

/// Which thread an operation may run on. `in_turn` operations (Append) are short and may be performed at once by the
/// driver; all others open files, sync or read what may be cold. A Locate may be tried at once all the same, with what
/// is in memory (storage::perform_cached).
enum class Lane { in_turn, pool };
Lane lane(const Operation& operation);
/// Whether it changes nothing, and somebody waits for what it finds.
bool is_search(const Operation& operation);
/// Whether clients wait for it, so that no sync or removal may be in its way: a search, or a segment to write to. In
/// which order it is performed with the log's other operations does not matter, since those that need it follow its
/// end.
bool is_awaited(const Operation& operation);

}  // namespace kstream::log
