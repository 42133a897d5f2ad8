#pragma once

#include <kstream/record.h>

#include "base/random.h"
#include "records/builder.h"

#include <string>
#include <vector>

namespace kstream::records {

inline std::string random_bytes(base::Random& random, std::size_t max_size) {
  std::string bytes(random.below(max_size + 1), '\0');
  const bool text = random.chance(0.5);  // so that there is something to compress
  for (char& c : bytes) c = static_cast<char>(text ? 'a' + random.below(4) : random.next());
  return bytes;
}

inline std::optional<std::string> random_field(base::Random& random, std::size_t max_size) {
  if (random.chance(0.2)) return std::nullopt;
  return random_bytes(random, max_size);
}

inline std::vector<Record> random_records(base::Random& random, std::size_t count, std::size_t max_size) {
  std::vector<Record> records(count);
  for (std::size_t i = 0; i < count; ++i) {
    Record& record = records[i];
    record.offset = Offset(static_cast<std::int64_t>(i));
    record.timestamp = Timestamp(random.between(0, 2'000'000'000'000));
    record.key = random_field(random, max_size / 4);
    record.value = random_field(random, max_size);
    for (std::uint64_t n = random.chance(0.7) ? 0 : random.below(5); n > 0; --n) {
      record.headers.push_back({random_bytes(random, 10), random_field(random, 30)});
    }
  }
  return records;
}

inline void append(BatchBuilder& builder, const Record& record) {
  std::vector<HeaderView> headers;
  for (const Header& header : record.headers) headers.push_back({header.name, header.value});
  builder.append(record.timestamp, record.key, record.value, headers);
}

inline std::string build(const std::vector<Record>& records, const BatchOptions& options = {}) {
  BatchBuilder builder;
  for (const Record& record : records) append(builder, record);
  return *builder.finish(options);
}

/// A copy of a record that owns its bytes.
inline Record owned(const RecordView& view) {
  Record record;
  record.offset = view.offset;
  record.timestamp = view.timestamp;
  if (view.key) record.key = std::string(*view.key);
  if (view.value) record.value = std::string(*view.value);
  for (const HeaderView& header : view.headers) {
    Header& copy = record.headers.emplace_back(std::string(header.name), std::nullopt);
    if (header.value) copy.value = std::string(*header.value);
  }
  return record;
}

}  // namespace kstream::records
