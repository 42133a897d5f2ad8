#include "cli/held_records.h"

#include <string_view>

namespace kstream::cli {
namespace {

std::string_view moved(std::string_view bytes, char*& to) {
  char* begin = to;
  to = std::copy(bytes.begin(), bytes.end(), to);
  return {begin, bytes.size()};
}

}  // namespace

/// Copies what the items point to, and has them point to the copy.
void HeldRecords::own(Block& block) {
  std::size_t size = 0;
  for (const Item& item : block.items) {
    const RecordView& record = item.record;
    size += record.key.value_or("").size() + record.value.value_or("").size() + record.headers.bytes().size();
  }
  block.bytes.resize(size);
  char* to = block.bytes.data();
  for (Item& item : block.items) {
    RecordView& record = item.record;
    if (record.key) record.key = moved(*record.key, to);
    if (record.value) record.value = moved(*record.value, to);
    record.headers = HeaderRange(moved(record.headers.bytes(), to), record.headers.size());
  }
}

void HeldRecords::drop() {
  Block& block = *blocks_.front();
  if (++block.next < block.items.size()) return;
  bytes_ -= block.bytes.size() + block.items.size() * sizeof(Item);
  blocks_.pop_front();
}

}  // namespace kstream::cli
