#pragma once

#include "base/time.h"
#include "log/epochs.h"
#include "log/index.h"
#include "log/jobs.h"
#include "log/log_config.h"
#include "log/places.h"
#include "log/recent.h"
#include "log/recovered.h"
#include "log/segment.h"
#include "records/validate.h"

#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kstream::log {

/// `delay` after `now`, or never, if that is beyond all times.
base::MonoTime later_by(base::MonoTime now, std::chrono::milliseconds delay);

/// A partition's log as bookkeeping. It owns no file and waits for nothing: what it wants done leaves through
/// `take_operations` and comes back through `done`. Offsets are reserved when a batch is given to `append`; the log end
/// offset moves when its write is done, and only then may anybody see the batch.
///
/// At most one Append is in flight. A failed operation leaves the disk's content unknown: the log then refuses
/// everything with KAFKA_STORAGE_ERROR until recovery at the next start. A log that recovery could not mend is such a
/// log from its beginning.
class Log {
 public:
  /// A log that has no folder yet: the first append makes it. Offsets begin at 0.
  Log(std::string folder, Uuid topic_id, LogConfig config);
  /// A log found on disk by storage::recover.
  Log(std::string folder, Uuid topic_id, LogConfig config, RecoveredLog recovered);

  struct Reserved {
    Offset base;
    Offset last;
    Timestamp log_append_time;  ///< -1 unless message.timestamp.type is LogAppendTime
  };
  /// Takes a batch that records::validate_produce accepted, or one of our own making, and gives it the next offsets.
  /// Patches a copy of its header: base offset, leader epoch, greatest timestamp and, for LogAppendTime, the type. The
  /// batch is written once `end()` has passed `last`. RECORD_LIST_TOO_LARGE: it exceeds segment.bytes. Not to be called
  /// after close().
  Result<Reserved> append(const records::ValidBatch& batch, base::Slice bytes, LeaderEpoch epoch, base::Now now);

  /// Appends to `out` what is to be done now. Called at the end of a turn, so that all appends of a turn are one write,
  /// and again when an operation has ended.
  void take_operations(std::vector<Operation>& out);
  /// Whether something has happened since take_operations was called, so that it may have something to give.
  bool has_operations() const { return dirty_; }
  /// An operation that take_operations gave has ended, well or not. Gives it back, so that its memory is used again.
  /// Not for searches (is_search), which are their caller's own.
  void done(Operation&& operation, Result<Outcome> result, base::Now now);

  /// Whole batches in one segment's file.
  struct Range {
    base::FileRef file;
    std::uint64_t position = 0;
    std::uint64_t bytes = 0;
  };
  /// A range at once, or what must be performed to know it, or why not. When the Locate has been performed, `found`
  /// makes the Range of it; where that is empty and `next` is below `up_to`, read again from `next`: the offsets
  /// between were compacted away.
  using Read = std::variant<Range, Locate, ErrorCode>;
  /// From the batch that contains `from`, at most `max_bytes` but one batch at least, only offsets below `up_to` (the
  /// high watermark or last stable offset; `end()` at most). A Range of 0 bytes where there is nothing yet.
  /// OFFSET_OUT_OF_RANGE below the log start or above `end()`. So many bytes as were written last (`fresh_bytes`) are
  /// taken to be in memory still.
  Read read(Offset from, Offset up_to, std::uint32_t max_bytes, std::uint64_t fresh_bytes = 0) const;
  Range found(const Locate& locate, Located&& located);

  /// About how many bytes `read` could give from `from` on, over all segments: exact at the tail, elsewhere as if a
  /// segment's batches were all alike. 0 if and only if nothing is below `up_to`. Fetches decide by it when min.bytes
  /// is reached, without an operation.
  std::uint64_t available(Offset from, Offset up_to) const;

  /// What finds the first record at or after `target`, or (`latest`) the first record of the greatest timestamp;
  /// nothing where no segment can hold one.
  std::optional<FindTimestamp> find_timestamp(Timestamp target, bool latest, Offset up_to) const;

  /// Retires the segments that retention.ms, retention.bytes and the log start no longer keep, never beyond
  /// `high_watermark`; the active one is rolled first. To be called every log.retention.check.interval.ms, and at
  /// next_tick() for the files that wait for file.delete.delay.ms. Operations leave through take_operations.
  void tick(base::Now now, Offset high_watermark);
  /// When the next retired files are to be removed.
  base::MonoTime next_tick() const;
  void set_config(LogConfig config) { config_ = config; }
  /// DeleteRecords: nothing below `start`, at most `end()`, is read any more. A tick retires whole segments. A crash
  /// may take it back until a log-start-offset-checkpoint with it is written.
  void raise_start(Offset start);

  /// Asks that all below `end()` be synced; recovery_point() tells when.
  void sync();
  /// Its directory is gone: as if an operation had failed.
  void fail(Error error);
  /// Before a clean stop: writes what the indexes lack and syncs all. When idle() then, recovery_point() is end().
  void close();
  /// The partition is deleted: nothing more is appended or read, and batches that wait are dropped. Once what is in
  /// flight has ended its folder is renamed to `renamed`, to be removed by who asked. A folder that belongs to another
  /// topic is left alone.
  void remove(std::string renamed);
  bool removing() const { return removal_ != Removal::none; }
  /// After remove(): the folder's name is free again, or its disk failed.
  bool vacated() const { return removal_ == Removal::ended; }
  /// What its folder was renamed to, once that is so; empty if it was not.
  const std::string& renamed_to() const { return renamed_; }
  std::chrono::milliseconds delete_delay() const { return config_.file_delete_delay; }
  /// Whether it has a folder, as far as is known.
  bool has_folder() const { return opened_ || found_; }

  /// Nothing is in flight, and take_operations has nothing to give.
  bool idle() const { return in_flight_ == 0 && !dirty_; }

  Offset start() const { return start_; }                    ///< log start offset
  Offset local_start() const { return start_; }              ///< of the local disk: the same until logs are tiered
  Offset end() const { return end_; }                        ///< log end offset: behind the last batch that is written
  Offset reserved_end() const { return reserved_end_; }      ///< behind the last batch taken
  Offset recovery_point() const { return recovery_point_; }  ///< all below is synced
  std::uint64_t bytes() const { return bytes_; }             ///< of all segments, as far as written
  bool failed() const { return failure_.has_value(); }
  /// Why; asked only if failed().
  const Error& failure() const { return *failure_; }
  /// The end offset of `epoch` and the epoch itself, as OffsetForLeaderEpoch answers (KIP-101, KIP-279). Of `current`,
  /// the leader's own, nothing may have been appended yet: it begins at `end()` then.
  EpochEnd epoch_end(LeaderEpoch epoch, LeaderEpoch current) const;
  /// The epoch of the record at `offset`; -1 if unknown.
  LeaderEpoch epoch_at(Offset offset) const { return epochs_.at(offset); }
  LeaderEpoch latest_epoch() const { return epochs_.latest(); }
  const std::string& folder() const { return folder_; }
  Uuid topic_id() const { return topic_id_; }

 private:
  /// A segment that has left the log, on its way out of the folder.
  struct Retired {
    enum class Step { rename, renaming, wait, remove, removing };
    Offset base;
    Step step = Step::rename;
    base::MonoTime remove_at = base::MonoTime::never();
  };

  enum class Removal { none, wanted, renaming, ended };

  void roll(Timestamp now);
  std::size_t segment_of(Offset offset) const;
  Segment& segment_at(Offset base) { return segments_[segment_of(base)]; }
  Offset end_of(std::size_t segment) const;
  bool expired(const Segment& segment, Timestamp now) const;
  void retire_first();
  void move_start(Offset start);
  void move_recovery_point();

  void take_file(std::vector<Operation>& out);
  void take_append(std::vector<Operation>& out);
  void take_settling(std::vector<Operation>& out);
  void take_index(Segment& segment, std::vector<Operation>& out);
  void take_sync(Segment& segment, std::vector<Operation>& out);
  void take_retired(std::vector<Operation>& out);
  void take_removal(std::vector<Operation>& out);
  void end_removal();
  void take_epochs(std::vector<Operation>& out);

  void file_made(Offset base, Outcome& outcome);
  static void ended(Locate&, Outcome&, base::Now) {}
  static void ended(FindTimestamp&, Outcome&, base::Now) {}
  static void ended(RemoveFile&, Outcome&, base::Now) {}
  static void ended(MeasureDirectory&, Outcome&, base::Now) {}
  static void ended(RemoveFolder&, Outcome&, base::Now) {}
  void ended(RenameFolder&, Outcome&, base::Now) { removal_ = Removal::ended; }
  void ended(OpenLog& operation, Outcome& outcome, base::Now now);
  void ended(CreateSegment& operation, Outcome& outcome, base::Now now);
  void ended(Append& operation, Outcome& outcome, base::Now now);
  void ended(WriteIndex& operation, Outcome& outcome, base::Now now);
  void ended(SyncSegment& operation, Outcome& outcome, base::Now now);
  void ended(RetireSegment& operation, Outcome& outcome, base::Now now);
  void ended(RemoveSegment& operation, Outcome& outcome, base::Now now);
  void ended(ReplaceFile& operation, Outcome& outcome, base::Now now);

  std::string folder_;
  Uuid topic_id_;
  LogConfig config_;
  bool opened_ = false;           ///< the folder is there
  bool found_ = false;            ///< recovery found it, whatever is in it
  std::deque<Segment> segments_;  ///< none before the first append
  std::size_t settled_ = 0;       ///< so many of the first segments are settled
  RecentBatches recent_;          ///< of the segment that holds the last batch written
  Places places_;                 ///< in older ones
  Epochs epochs_;
  bool epochs_changed_ = false;
  bool writing_epochs_ = false;
  bool epochs_on_disk_ = false;  ///< leader-epoch-checkpoint was synced, or recovered
  bool sync_epochs_ = false;     ///< it was written and is to be synced with the first segment
  std::vector<Retired> retired_;
  std::vector<BatchPiece> spare_;  ///< came back with an Append, for the next
  Offset start_, end_, reserved_end_, recovery_point_;
  Offset found_end_;    ///< what lies below was not written by this process
  Offset sync_wanted_;  ///< sync() was called when this was the end
  std::uint64_t bytes_ = 0;
  bool appending_ = false;  ///< an Append is in flight
  bool closing_ = false;
  bool dirty_ = false;
  Removal removal_ = Removal::none;
  std::string renamed_;  ///< what the folder is to be called; empty if it keeps its name
  std::size_t in_flight_ = 0;
  std::optional<Error> failure_;
};

}  // namespace kstream::log
