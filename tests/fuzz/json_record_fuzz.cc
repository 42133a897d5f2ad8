#include "cli/json_record.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace kstream;

/// The headers as a record has them, for texts of less than 2^27 bytes.
void append_size(std::size_t size, std::string& out) {
  for (size *= 2; size >= 0x80; size >>= 7) out += static_cast<char>((size & 0x7FU) | 0x80U);
  out += static_cast<char>(size);
}

}  // namespace

/// What is a record comes back the same when it is printed and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cli::JsonRecordParser first, second;
  auto record = first.parse({reinterpret_cast<const char*>(data), size});
  if (!record) return 0;
  std::string headers, printed;
  for (const HeaderView& header : record->headers) {
    append_size(header.name.size(), headers);
    headers += header.name;
    header.value ? append_size(header.value->size(), headers) : void(headers += '\x01');
    headers += header.value.value_or("");
  }
  RecordView view{Offset(0), Timestamp(record->timestamp.value_or(-1)), record->key, record->value,
                  HeaderRange(headers, record->headers.size())};
  cli::append_json_record({record->topic.value_or(""), PartitionId(record->partition.value_or(0)), view}, printed);
  auto again = second.parse(printed);
  if (!again || again->key != record->key || again->value != record->value ||
      again->headers.size() != record->headers.size())
    std::abort();
  for (std::size_t i = 0; i < record->headers.size(); ++i) {
    if (again->headers[i] != record->headers[i]) std::abort();
  }
  return 0;
}
