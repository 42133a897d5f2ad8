#pragma once

#include "cli/record_input.h"

#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// RFC 4180, as RecordRows writes it. The first line names the columns, of topic, partition, offset (which is
/// passed over), timestamp, key, value and headers (JSON), in any order. A field that is empty is null, `""` is empty.
class CsvInput : public RecordInput {
 public:
  Cut next(LineReader& reader, JsonRecord& record) override;

 private:
  enum class Column { topic, partition, offset, timestamp, key, value, headers };
  struct Cell {
    std::string_view text;
    bool is_null;
  };
  Cut cut_row(std::string_view bytes, bool at_end, std::size_t& used);
  Cut take_header();
  Cut take_row(JsonRecord& record);

  std::vector<Column> columns_;
  std::vector<Cell> cells_;
  std::string unquoted_;  ///< of this row, the cells that had quotation marks within
  std::string json_;
  JsonRecordParser headers_parser_;
};

}  // namespace kstream::cli
