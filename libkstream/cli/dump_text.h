#pragma once

#include "cli/output.h"
#include "cli/shown_record.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace kstream::cli {

/// What `kserver dump` prints of a record batch: its header, and where it lies.
struct ShownBatch {
  std::uint64_t position = 0;
  std::uint64_t size = 0;
  std::int64_t base_offset = 0;
  std::int64_t last_offset = 0;
  std::int32_t records = 0;
  std::int32_t leader_epoch = -1;
  std::string_view codec;
  bool log_append_time = false;
  std::int64_t base_timestamp = -1;
  std::int64_t max_timestamp = -1;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t base_sequence = -1;
  bool transactional = false;
  bool control = false;
  std::uint32_t crc = 0;
  bool crc_valid = false;
};
struct ShownOffsetEntry {
  std::int64_t offset = 0;
  std::int32_t position = 0;
};
struct ShownTimeEntry {
  std::int64_t timestamp = 0;
  std::int64_t offset = 0;
};

/// Makes the text of `kserver dump`. Schema of its JSON: server-dump.json, and record.json for records.
class DumpText {
 public:
  DumpText(OutputFormat format, bool color) : format_(format), color_(color) {}

  void add(std::string_view file, const ShownBatch& batch);
  void add(std::string_view file, const ShownOffsetEntry& entry);
  void add(std::string_view file, const ShownTimeEntry& entry);
  void add(const ShownRecord& record);  ///< as JSON, whatever the format

  /// Whether take() should be called: there is enough for a write.
  bool full() const { return out_.size() >= kEnough || table_.rows.size() >= kRows; }
  /// What there is to print now. A table begins again behind it, with its header; csv has one for all rows of a kind.
  std::string take();

 private:
  static constexpr std::size_t kEnough = 64 << 10, kRows = 1000;
  std::string time(std::int64_t ms) const;
  template <class Members>
  void add_object(std::string_view file, std::string_view member, Members members);
  void add_row(std::span<const std::string_view> columns, std::vector<std::string> row);
  void end_table();

  OutputFormat format_;
  bool color_;
  Table table_;
  bool has_header_ = false;  ///< that of csv is printed
  std::string out_;
};

}  // namespace kstream::cli
