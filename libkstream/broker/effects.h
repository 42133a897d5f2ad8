#pragma once

#include "base/log_line.h"
#include "base/metrics.h"
#include "base/shared_file.h"
#include "broker/address.h"
#include "broker/messages.h"
#include "log/jobs.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kstream::broker {

/// A disk operation, and the number under which its end is told by `disk_done`.
struct DiskWork {
  std::uint64_t id = 0;
  std::uint16_t directory = 0;  ///< index of the log directory
  log::Operation operation;
};

/// Whole response frames for one connection: bytes [begin, end) of Effects::bytes, with pieces of files in between.
struct Send {
  ConnectionId to;
  std::size_t begin = 0, end = 0;
  std::size_t first_piece = 0, pieces = 0;
};
struct FilePiece {
  std::size_t at = 0;  ///< goes out before Effects::bytes[at]
  base::FileRef file;
  std::uint64_t position = 0;
  std::uint32_t bytes = 0;
};

enum class CloseReason : std::uint8_t {
  malformed_request,    ///< bytes that are no request
  unsupported_request,  ///< an API or version that we do not serve
  failed_unanswered,    ///< acks=0 and the append failed: the only way to tell
  defect,               ///< of ours: a request was never answered, or its answer cannot be encoded
};
struct Close {
  ConnectionId connection;
  CloseReason reason;
  std::string detail{};  ///< for the log: what was not served, and whose it was
};

/// A request that is over, for the histograms. What of its time lies within the turn only the driver knows.
struct Answered {
  base::ApiGroup group;
  base::MonoTime received, started, answered;
};

/// What a machine wants done. It appends, the driver (or the simulator) performs and clears; the memory is reused.
/// Order within a turn: disk, whose results are fed back; then sends, closes, mail.
struct Effects {
  std::vector<DiskWork> disk;
  std::string bytes;
  std::vector<Send> sends;
  std::vector<FilePiece> pieces;
  std::vector<Close> closes;
  std::vector<Answered> answered;
  std::vector<ConnectionId> resumed;       ///< the machine takes frames of these again (see Shard::receive)
  std::vector<std::vector<Message>> mail;  ///< one list per machine
  std::vector<base::LogLine> log;
  std::optional<base::LogLevel> log_level;  ///< what is written of all machines' lines from now on
  std::string fatal;                        ///< not empty: the process must end, saying this
  std::uint64_t turn = 0;                   ///< counts clear_answers: what was answered since is one turn's

  explicit Effects(std::size_t machines) : mail(machines) {}
  void clear_answers() {
    bytes.clear();
    sends.clear();
    pieces.clear();
    closes.clear();
    answered.clear();
    resumed.clear();
    ++turn;
  }
};

}  // namespace kstream::broker
