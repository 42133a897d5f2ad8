#pragma once

#include "cli/shown_record.h"

#include <array>
#include <cstddef>
#include <string>

namespace kstream::cli {

/// Records as RFC 4180: topic, partition, offset, timestamp (RFC 3339, UTC), key, value, headers (JSON, if there are
/// any). A field of null is empty, one of an empty text is `""`; bytes are as they are.
void append_csv_header(std::string& out);
void append_csv_record(const ShownRecord& shown, std::string& out);

/// The same fields parted by tabs, `-` for null and no headers. Control characters, backslashes, what is not UTF-8 and
/// a text that is `-` are `\xNN`, so that a record is one line.
void append_plain_record(const ShownRecord& shown, std::string& out);

/// Lines for people: local time, and columns that grow wider as records need it.
class RecordTable {
 public:
  void append_header(std::string& out) const;
  void append(const ShownRecord& shown, bool color, std::string& out);

 private:
  /// Of topic, partition, offset, time, key and value; the last needs none.
  std::array<std::size_t, 5> widths_ = {5, 9, 6, 29, 3};
};

}  // namespace kstream::cli
