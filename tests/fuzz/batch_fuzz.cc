#include "records/iterate.h"
#include "records/record_times.h"
#include "records/validate.h"

#include <cstdint>
#include <string>
#include <vector>

using namespace kstream;
using namespace kstream::records;

namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20;

/// Reads all there is, so that every byte that a view promises is touched.
std::size_t read_set(BytesView set) {
  std::size_t sum = 0;
  std::string scratch;
  BatchReader batches(set);
  for (BatchView batch; batches.next(batch);) {
    RecordTimes times(batch.header, payload(batch.bytes), kLimit);
    RecordTimes::Record time;
    const auto bytes = record_bytes(batch, kLimit, scratch);
    if (!bytes) {
      while (times.next(time)) sum += static_cast<std::uint64_t>(time.offset.value);
      if (times.status()) __builtin_trap();
      continue;
    }
    RecordReader reader(batch.header, *bytes);
    for (RecordView record; reader.next(record);) {
      if (!times.next(time) || time.offset != record.offset || time.timestamp != record.timestamp) __builtin_trap();
      const auto touch = [&](BytesView view) {
        for (const char c : view) sum += static_cast<unsigned char>(c);
      };
      touch(record.key.value_or(""));
      touch(record.value.value_or(""));
      for (const HeaderView& header : record.headers) touch(header.name), touch(header.value.value_or(""));
    }
  }
  return sum;
}

void validate(BytesView batch) {
  ProduceLimits limits;
  limits.now = Timestamp(1'700'000'000'000);
  limits.timestamp_before_max_ms = 1'000'000'000;
  std::vector<RecordError> errors;
  for (const Validation level : {Validation::header, Validation::walk}) {
    const auto valid = validate_produce(batch, level, limits, errors);
    if (valid) (void)valid->header.next_offset();
  }
}

}  // namespace

/// A set of batches, as it is and with the first batch's length and CRC made right: else nothing gets past them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  read_set(bytes);
  validate(bytes);
  if (size < kBatchHeaderSize) return 0;
  base::store_be(bytes.data() + at::kLength, static_cast<std::int32_t>(size - kBatchPrefixSize));
  BatchHead head = copy_head(bytes);
  set_crc(head, payload(bytes));
  bytes.replace(0, head.size(), head.data(), head.size());
  read_set(bytes);
  validate(bytes);
  return 0;
}
