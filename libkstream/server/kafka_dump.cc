#include "server/kafka_dump.h"

#include "base/crc32c.h"
#include "log/index.h"
#include "protocol/record_frame.h"
#include "protocol/record_json.h"
#include "quorum/snapshot.h"
#include "records/control.h"
#include "records/iterate.h"
#include "server/log_file.h"
#include "storage/index_file.h"

#include <concepts>
#include <filesystem>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

namespace kstream::server {
namespace {

namespace fs = std::filesystem;
using records::BatchHeader;
using records::ControlType;
using storage::BatchScanner;

/// Of what a batch expands to, no more than this is read.
constexpr std::size_t kMostAtOnce = 1u << 30;
/// A file that is read as a whole.
constexpr std::uint64_t kMostOfSnapshot = 64u << 20;
/// So much text is gathered for one write.
constexpr std::size_t kWrite = 64 << 10;

template <std::integral T>
std::string text(T value) {
  if constexpr (std::same_as<T, bool>) return value ? "true" : "false";
  return std::to_string(value);
}
std::string optional_long(bool there, std::int64_t number) {
  return there ? "OptionalLong[" + text(number) + ']' : "OptionalLong.empty";
}
std::string size_of(const std::optional<std::string_view>& bytes) {
  return bytes ? std::to_string(bytes->size()) : "-1";
}

/// Sequences go on with 0 behind the greatest.
std::int32_t sequence_at(std::int32_t sequence, std::int64_t distance) {
  if (sequence < 0) return -1;
  return static_cast<std::int32_t>((sequence + distance) & INT32_MAX);
}

std::string_view timestamp_type(const BatchHeader& header) {
  return header.timestamp_type() == TimestampType::log_append_time ? "LogAppendTime" : "CreateTime";
}

std::string batch_line(const BatchScanner::Batch& batch, bool valid) {
  constexpr std::int16_t kDeleteHorizonBit = 0x40;
  const BatchHeader& header = batch.header;
  const auto codec = static_cast<std::size_t>(header.codec());
  const bool horizon = (header.attributes & kDeleteHorizonBit) != 0;
  std::string line = "baseOffset: " + text(header.base_offset.value) +
                     " lastOffset: " + text(header.last_offset().value) + " count: " + text(header.records_count) +
                     " baseSequence: " + text(header.base_sequence) +
                     " lastSequence: " + text(sequence_at(header.base_sequence, header.last_offset_delta));
  line += " producerId: " + text(header.producer_id.value) + " producerEpoch: " + text(header.producer_epoch) +
          " partitionLeaderEpoch: " + text(header.leader_epoch.value) +
          " isTransactional: " + text(header.is_transactional()) + " isControl: " + text(header.is_control()) +
          " deleteHorizonMs: " + optional_long(horizon, header.base_timestamp.value);
  line += " position: " + text(batch.position) + ' ';
  line += timestamp_type(header);
  line += ": " + text(header.max_timestamp.value) + " size: " + text(header.size()) +
          " magic: " + text(records::kMagic) + " compresscodec: ";
  line += codec < kCodecNames.size() ? kCodecNames[codec] : "unknown";
  return line + " crc: " + text(header.crc) + " isvalid: " + text(valid) + '\n';
}

std::string record_metadata(const BatchHeader& header, const RecordView& record) {
  std::string line = "| offset: " + text(record.offset.value) + ' ';
  line += timestamp_type(header);
  line +=
      ": " + text(record.timestamp.value) + " keySize: " + size_of(record.key) + " valueSize: " + size_of(record.value);
  line += " sequence: " + text(sequence_at(header.base_sequence, record.offset.value - header.base_offset.value)) +
          " headerKeys: [";
  const char* separator = "";
  for (const HeaderView& one : record.headers) {
    line += separator;
    line += one.name;
    separator = ",";
  }
  return line + ']';
}

/// A control record's value as JSON; its first field is its version.
template <class Record>
std::string control_json(std::string_view name, const RecordView& record) {
  const auto bytes = record.value.value_or("");
  const int version = bytes.size() < 2 ? 0 : base::load_be<std::int16_t>(bytes.data());
  const bool known = version >= Record::kMinVersion && version <= Record::kMaxVersion;
  auto decoded = protocol::decoded<Record>(bytes, known ? version : Record::kMaxVersion);
  if (!decoded) return std::string(name) + "(" + decoded.error().detail + ')';
  base::JsonWriter json;
  protocol::write_json(json, *decoded, known ? version : Record::kMaxVersion);
  return std::string(name) + json.take();
}

std::string transaction_marker(std::string_view name, const RecordView& record) {
  const auto bytes = record.value.value_or("");
  auto marker = protocol::decoded<protocol::EndTxnMarker>(bytes.substr(std::min<std::size_t>(bytes.size(), 2)), 0);
  return " endTxnMarker: " + std::string(name) +
         " coordinatorEpoch: " + (marker ? text(marker->coordinator_epoch) : marker.error().detail);
}

std::string control_text(const RecordView& record) {
  const auto key = record.key.value_or("");
  const auto type = records::parse_control_key(key);
  if (!type) return " controlType: UNKNOWN(" + text(key.size() < 4 ? -1 : base::load_be<std::int16_t>(&key[2])) + ')';
  switch (*type) {
    case ControlType::abort:
      return transaction_marker("ABORT", record);
    case ControlType::commit:
      return transaction_marker("COMMIT", record);
    case ControlType::leader_change:
      return control_json<protocol::LeaderChangeMessage>(" LeaderChange: ", record);
    case ControlType::snapshot_header:
      return control_json<protocol::SnapshotHeaderRecord>(" SnapshotHeader ", record);
    case ControlType::snapshot_footer:
      return control_json<protocol::SnapshotFooterRecord>(" SnapshotFooter ", record);
    case ControlType::kraft_version:
      return control_json<protocol::KRaftVersionRecord>(" KRaftVersion ", record);
    case ControlType::kraft_voters:
      return control_json<protocol::VotersRecord>(" KRaftVoters ", record);
  }
  return {};
}

std::string metadata_text(const RecordView& record) {
  protocol::Reader reader(record.value.value_or(""), true);
  base::JsonWriter json;
  auto frame = protocol::read_record_frame(reader);
  Status written = frame ? protocol::write_metadata_json(json, frame->type, static_cast<int>(frame->version), reader)
                         : Status(frame.error());
  if (written) return json.take();
  return "Error at " + text(record.offset.value) + ", skipping. " + written.error().detail;
}

/// What two files say of one thing, by file.
using Pairs = std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>>;

class KafkaDumper {
 public:
  KafkaDumper(const KafkaDumpRequest& request, const KafkaDumpOutput& output) : request_(request), output_(output) {}

  Status run() {
    Status status;
    for (const auto& file : request_.files) {
      print("Dumping " + file + '\n');
      status = dump(file);
      if (!status || left_) break;
    }
    flush();
    if (status) tell_pairs();
    return status;
  }

 private:
  /// How files of a suffix are dumped.
  struct Kind {
    std::string_view suffix;
    Status (KafkaDumper::*dump)(const fs::path&);
  };

  Status dump(const fs::path& path) {
    constexpr Kind kKinds[] = {{".log", &KafkaDumper::dump_log},
                               {".checkpoint", &KafkaDumper::dump_log},
                               {".index", &KafkaDumper::dump_index},
                               {".timeindex", &KafkaDumper::dump_time_index},
                               {".snapshot", &KafkaDumper::dump_producers},
                               {".txnindex", &KafkaDumper::dump_transactions}};
    for (const Kind& kind : kKinds) {
      if (path.extension() == kind.suffix) return (this->*kind.dump)(path);
    }
    output_.err("Ignoring unknown file " + path.string() + '\n');
    return {};
  }

  void print(const std::string& line) {
    pending_ += line;
    if (pending_.size() >= kWrite) flush();
  }
  void flush() {
    if (!pending_.empty() && !left_) left_ = !output_.out(pending_);
    pending_.clear();
  }

  // Logs

  Status dump_log(const fs::path& path) {
    auto opened = open_log_file(path);
    if (!opened) return std::move(opened).error();
    if (path.extension() == ".checkpoint") {
      if (auto told = tell_snapshot(path.filename()); !told) return told;
    } else {
      auto base = first_offset(path);
      if (!base) return base.error();
      print("Log starting offset: " + text(*base) + '\n');
    }
    std::uint64_t valid = 0;
    std::int64_t last_offset = -1;
    Status shown;
    auto status = each_batch(*opened, [&](BatchScanner& scanner, const BatchScanner::Batch& batch) -> Result<bool> {
      if (batch.end() > request_.max_bytes) return false;
      auto crc_valid = scanner.check_crc(batch);
      if (!crc_valid) return std::move(crc_valid).error();
      print(batch_line(batch, *crc_valid));
      if (request_.deep) shown = dump_batch(path, scanner, batch, last_offset);
      valid = batch.end();
      return shown && !left_;
    });
    if (!shown) return shown;
    if (!status && status.code() != ErrorCode::corrupt_message) return status;
    if (!status && request_.max_bytes == INT32_MAX)
      print("Found " + text(opened->size - valid) + " invalid bytes at the end of " + path.filename().string() + '\n');
    return {};
  }

  Status tell_snapshot(const std::string& name) {
    if (name == "bootstrap.checkpoint") return print("KRaft bootstrap snapshot\n"), Status();
    auto id = quorum::SnapshotId::parse(name);
    if (!id) return {ErrorCode::invalid_request, name + " is not named as a snapshot: OFFSET-EPOCH.checkpoint"};
    print("Snapshot end offset: " + text(id->end.value) + ", epoch: " + text(id->epoch.value) + '\n');
    return {};
  }

  Status dump_batch(const fs::path& path, BatchScanner& scanner, const BatchScanner::Batch& batch,
                    std::int64_t& last_offset) {
    const auto damaged = [&](const std::string& what) {
      return Error{ErrorCode::corrupt_message, path.string() + ": at position " + text(batch.position) + ": " + what};
    };
    auto bytes = scanner.bytes(batch, whole_);
    if (!bytes) return std::move(bytes).error();
    auto body = records::record_bytes({batch.header, *bytes}, kMostAtOnce, expanded_);
    if (!body) return damaged(body.error().detail);
    records::RecordReader reader(batch.header, *body);
    for (RecordView record; !left_ && reader.next(record);) {
      const std::int64_t offset = record.offset.value;
      if (last_offset != -1 && offset != last_offset + 1) gaps_[fs::absolute(path)].emplace_back(last_offset, offset);
      last_offset = offset;
      if (auto shown = dump_record(batch.header, record); !shown) return shown;
    }
    return reader.status() ? Status() : damaged(reader.status().error().detail);
  }

  Status dump_record(const BatchHeader& header, const RecordView& record) {
    std::string line, prefix = "| ";
    if (!request_.no_metadata) {
      line = record_metadata(header, record);
      if (header.is_control()) line += control_text(record);
      prefix = " ";
    }
    if (request_.print_data && !header.is_control()) {
      if (record.key && !request_.metadata) {
        auto key = request_.key(*record.key);
        if (!key) return key.error();
        line += prefix + "key: " + *key;
        prefix = " ";
      }
      if (record.value || request_.metadata) {
        auto value = request_.metadata ? Result<std::string>(metadata_text(record)) : request_.value(*record.value);
        if (!value) return value.error();
        line += prefix + "payload: " + *value;
      }
    }
    print(line + '\n');
    return {};
  }

  // Indexes

  /// All entries, as Kafka counts them: what lies behind the first one that is zero is no entry.
  template <class Entry>
  Status entries(LogFile& file, const std::function<Result<bool>(const Entry&)>& visit) {
    const std::uint64_t count = file.size / Entry::kSize;
    storage::IndexFile<Entry> index(file.file, count);
    for (std::uint64_t i = 0; i < count && !left_; ++i) {
      auto entry = index.at(i);
      if (!entry) return std::move(entry).error();
      if (entry->relative == 0 && i > 0) return {};
      auto more = visit(*entry);
      if (!more) return std::move(more).error();
      if (!*more) return {};
    }
    return {};
  }

  /// What a broker looks at when it starts: whole entries, the last not before the first.
  template <class Entry>
  Status check_sanity(const fs::path& path, LogFile& file) {
    const std::uint64_t count = file.size / Entry::kSize;
    const auto corrupt = [&](const std::string& why) {
      return Error{ErrorCode::corrupt_message, path.string() + " would be rebuilt: " + why};
    };
    if (file.size % Entry::kSize != 0)
      return corrupt(text(file.size) + " bytes are not a multiple of " + std::to_string(Entry::kSize));
    if (count > 0) {
      storage::IndexFile<Entry> index(file.file, count);
      auto first = index.at(0), last = index.at(count - 1);
      if (!first) return std::move(first).error();
      if (!last) return std::move(last).error();
      if (last->relative < 0) return corrupt("its last offset is before its first");
      if constexpr (std::is_same_v<Entry, log::TimeEntry>) {
        if (last->timestamp < first->timestamp) return corrupt("its last timestamp is before its first");
      }
    }
    print(path.string() + " passed sanity check.\n");
    return {};
  }

  Status dump_index(const fs::path& path) {
    auto files = open_indexed_log(path);
    if (!files) return std::move(files).error();
    if (files->index.size < log::OffsetEntry::kSize) return print(path.string() + " is empty.\n"), Status();
    if (request_.sanity_only) return check_sanity<log::OffsetEntry>(path, files->index);
    BatchScanner scanner(storage::file(files->log.file), 0, files->log.size);
    return entries<log::OffsetEntry>(files->index, [&](const log::OffsetEntry& entry) -> Result<bool> {
      const std::int64_t offset = files->base + entry.relative;
      scanner.move_to(static_cast<std::uint32_t>(entry.position));
      auto batch = scanner.next();
      if (!batch) return std::move(batch).error();
      if (!*batch)
        return Error{ErrorCode::corrupt_message,
                     path.string() + ": the entry of offset " + text(offset) + " points behind the end of the log"};
      if (const auto last = (*batch)->header.last_offset().value; last != offset)
        mismatches_[fs::absolute(path)].emplace_back(offset, last);
      if (!request_.verify_only) print("offset: " + text(offset) + " position: " + text(entry.position) + '\n');
      return true;
    });
  }

  Status dump_time_index(const fs::path& path) {
    auto files = open_indexed_log(path);
    if (!files) return std::move(files).error();
    if (request_.sanity_only) return check_sanity<log::TimeEntry>(path, files->index);
    BatchScanner scanner(storage::file(files->log.file), 0, files->log.size);
    std::int64_t previous = -1;
    return entries<log::TimeEntry>(files->index, [&](const log::TimeEntry& entry) -> Result<bool> {
      const std::int64_t offset = files->base + entry.relative;
      auto checked = check_time(path, scanner, offset, entry.timestamp.value, previous);
      if (!checked) return checked.error();
      if (!request_.verify_only) print("timestamp: " + text(entry.timestamp.value) + " offset: " + text(offset) + '\n');
      previous = entry.timestamp.value;
      return true;
    });
  }

  /// Entries come in the order of offsets, so that `scanner` only goes forward.
  Status check_time(const fs::path& path, BatchScanner& scanner, std::int64_t offset, std::int64_t timestamp,
                    std::int64_t previous) {
    const std::string name = fs::absolute(path);
    while (true) {
      auto batch = scanner.next();
      if (!batch) return std::move(batch).error();
      if (!*batch) return lost_[name].emplace_back(offset, -1), Status();
      const auto last = (*batch)->header.last_offset().value;
      if (last < offset) continue;
      scanner.move_to((*batch)->position);
      if (last != offset) return lost_[name].emplace_back(offset, last), Status();
      if (const auto latest = (*batch)->header.max_timestamp.value; latest != timestamp)
        other_times_[name].emplace_back(timestamp, latest);
      if (previous >= timestamp) disorder_[name].emplace_back(timestamp, previous);
      return {};
    }
  }

  // Producers and transactions

  Status dump_producers(const fs::path& path) {
    constexpr std::size_t kHead = 6;  // version and CRC, which is that of what follows
    auto bytes = read_log_file(path, kMostOfSnapshot);
    if (!bytes) return std::move(bytes).error();
    const auto corrupt = [&](const std::string& why) {
      return Error{ErrorCode::corrupt_message, path.string() + ": " + why};
    };
    protocol::Reader reader(*bytes, false);
    const auto version = reader.get<std::int16_t>();
    const auto crc = reader.get<std::uint32_t>();
    if (!reader.ok() || version != 1) return corrupt("Snapshot contained an unknown file version " + text(version));
    if (base::crc32c(0, std::string_view(*bytes).substr(kHead)) != crc)
      return corrupt("Snapshot is corrupt (CRC is no longer valid)");
    const auto count = reader.get<std::int32_t>();
    for (std::int32_t i = 0; i < count && reader.ok(); ++i) dump_producer(reader);
    return reader.ok() ? Status() : corrupt(reader.error());
  }

  void dump_producer(protocol::Reader& reader) {
    const auto id = reader.get<std::int64_t>();
    const auto epoch = reader.get<std::int16_t>();
    const auto last_sequence = reader.get<std::int32_t>();
    const auto last_offset = reader.get<std::int64_t>();
    const auto delta = reader.get<std::int32_t>();
    const auto timestamp = reader.get<std::int64_t>();
    const auto coordinator = reader.get<std::int32_t>();
    const auto first = reader.get<std::int64_t>();
    if (!reader.ok()) return;
    std::string line =
        "producerId: " + text(id) + " producerEpoch: " + text(epoch) + " coordinatorEpoch: " + text(coordinator) +
        " currentTxnFirstOffset: " + optional_long(first >= 0, first) + " lastTimestamp: " + text(timestamp);
    if (last_offset >= 0) {
      line += " firstSequence: " + text((last_sequence - static_cast<std::int64_t>(delta)) & INT32_MAX) +
              " lastSequence: " + text(last_sequence) + " lastOffset: " + text(last_offset) +
              " offsetDelta: " + text(delta) + " timestamp: " + text(timestamp);
    }
    print(line + '\n');
  }

  Status dump_transactions(const fs::path& path) {
    auto bytes = read_log_file(path, kMostOfSnapshot);
    if (!bytes) return std::move(bytes).error();
    protocol::Reader reader(*bytes, false);
    while (reader.left() > 0) {
      const auto version = reader.get<std::int16_t>();
      protocol::AbortedTxn transaction;
      transaction.decode(reader, 0);
      if (!reader.ok() || version != 0)
        return {ErrorCode::corrupt_message, path.string() + ": what is there is no aborted transaction"};
      print("version: " + text(version) + " producerId: " + text(transaction.producer_id) +
            " firstOffset: " + text(transaction.first_offset) + " lastOffset: " + text(transaction.last_offset) +
            " lastStableOffset: " + text(transaction.last_stable_offset) + '\n');
    }
    return {};
  }

  // What disagrees

  void tell(const Pairs& pairs, const std::string& head, const std::string& first, const std::string& second) {
    for (const auto& [file, list] : pairs) {
      std::string lines = head;
      lines += file + '\n';
      for (const auto& [one, other] : list)
        lines.append(first).append(text(one)).append(second).append(text(other)) += '\n';
      output_.err(lines);
    }
  }
  void tell_pairs() {
    tell(mismatches_, "Mismatches in :", "  Index offset: ", ", log offset: ");
    tell(other_times_, "Found timestamp mismatch in :", "  Index timestamp: ", ", log timestamp: ");
    tell(disorder_, "Found out of order timestamp in :", "  Index timestamp: ", ", Previously indexed timestamp: ");
    tell(lost_, "The following indexed offsets are not found in :", "Indexed offset: ", ", found log offset: ");
    tell(gaps_, "Non-consecutive offsets in ", "  ", " is followed by ");
  }

  const KafkaDumpRequest& request_;
  const KafkaDumpOutput& output_;
  std::string pending_, whole_, expanded_;
  bool left_ = false;  ///< nobody reads the output any more
  Pairs mismatches_, other_times_, disorder_, lost_, gaps_;
};

}  // namespace

Status kafka_dump(const KafkaDumpRequest& request, const KafkaDumpOutput& output) {
  return KafkaDumper(request, output).run();
}

}  // namespace kstream::server
