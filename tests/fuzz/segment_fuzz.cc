#include "log/log.h"
#include "storage/perform.h"
#include "storage/recover.h"
#include "support/memory_directory.h"

#include <algorithm>
#include <string_view>

/// Recovery over files with any content, then a look around in the log that it gives. The input is a flag byte and then
/// files, each with a byte for its name and two for its size.
namespace {

using namespace kstream;

constexpr const char* kNames[] = {"00000000000000000000.log",       "00000000000000000000.index",
                                  "00000000000000000000.timeindex", "00000000000000000003.log",
                                  "00000000000000000003.index",     "00000000000000000003.timeindex",
                                  "leader-epoch-checkpoint",        "partition.metadata"};

void make_files(storage::Directory& directory, std::string_view input) {
  while (input.size() >= 3) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input[i]); };
    const std::string name = kNames[byte(0) % std::size(kNames)];
    const auto size = std::min<std::size_t>(byte(1) * 256u + byte(2), input.size() - 3);
    (void)storage::write_file(directory, "orders-0/" + name, input.substr(3, size));
    input.remove_prefix(3 + size);
  }
}

void look_around(storage::Directory& directory, const log::Log& log) {
  for (Offset at : {log.start(), Offset((log.start().value + log.end().value) / 2), log.end() + -1}) {
    auto read = log.read(at, log.end(), 100);
    if (auto* locate = std::get_if<log::Locate>(&read)) (void)storage::perform(directory, *locate);
  }
  for (bool latest : {false, true}) {
    if (auto find = log.find_timestamp(Timestamp(1), latest, log.end())) (void)storage::perform(directory, *find);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  test::MemoryDirectory directory;
  (void)directory.make_folder("orders-0");
  make_files(directory, {reinterpret_cast<const char*>(data) + 1, size - 1});
  const storage::RecoverRequest request{"orders-0", Uuid::from_halves(1, 2), static_cast<storage::Trust>(data[0] % 3),
                                        Offset(data[0] >> 6), Offset(data[0] >> 4 & 3)};
  const base::Now now{{0}, Timestamp(1'700'000'000'000)};
  auto found = storage::recover(directory, request, {.index_interval_bytes = 100}, now);
  if (!found) return 0;
  log::Log log("orders-0", request.topic_id, {}, std::move(*found));
  look_around(directory, log);
  log.close();
  std::vector<log::Operation> operations;
  while (log.take_operations(operations), !operations.empty()) {
    auto operation = std::move(operations.back());
    operations.pop_back();
    auto result = storage::perform(directory, operation);
    log.done(std::move(operation), std::move(result), now);
  }
  // What recovery has mended once is believed afterwards.
  const auto end = log.end();
  auto again =
      storage::recover(directory, {"orders-0", request.topic_id, storage::Trust::clean, end, log.start()}, {}, now);
  if (!again || again->end != end) __builtin_trap();
  return 0;
}
