/// What a codec costs by itself: the lines of a file, as the record batches that kproduce makes of them, are compressed
/// and decompressed in memory. Prints one line of JSON: seconds of each, and bytes before and after.
///
///   codec_alone --file PATH --codec zstd|lz4|snappy|gzip [--batch BYTES]
#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "bench/arguments.h"
#include "bench/json_line.h"
#include "records/builder.h"
#include "records/compress.h"

namespace {

using namespace kstream;
using namespace kstream::bench;

Codec codec_of(const std::string& name) {
  constexpr const char* kNames[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  auto* found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) die("unknown codec " + name);
  return static_cast<Codec>(found - std::begin(kNames));
}

/// The records of each batch, as they are before they are compressed.
std::vector<std::string> batches_of(const std::string& path, std::size_t size) {
  std::ifstream file(path, std::ios::binary);
  if (!file) die("cannot read " + path);
  std::vector<std::string> batches;
  records::BatchBuilder builder;
  auto close = [&] {
    if (!builder.empty()) batches.push_back(builder.finish({})->substr(records::kBatchHeaderSize));
  };
  for (std::string line; std::getline(file, line);) {
    if (builder.size() + line.size() > size) close();
    builder.append(Timestamp(1'700'000'000'000), std::nullopt, line);
  }
  close();
  return batches;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments(argc, argv);
  auto path = arguments.text("file", "");
  auto codec = codec_of(arguments.text("codec", "zstd"));
  auto batches = batches_of(path, arguments.bytes("batch", 256 << 10));
  arguments.reject_unknown();
  std::vector<std::string> packed(batches.size());
  std::size_t before = 0, after = 0;
  double start = now_s();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (!records::compress(codec, std::nullopt, batches[i], packed[i])) die("a batch cannot be compressed");
    before += batches[i].size();
    after += packed[i].size();
  }
  double compressed = now_s();
  std::string text;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    text.clear();
    if (!records::decompress_all(codec, packed[i], batches[i].size(), text)) die("a batch cannot be decompressed");
    if (text != batches[i]) die("a batch came out as another");
  }
  double end = now_s();
  JsonLine()
      .add("compress_s", compressed - start)
      .add("decompress_s", end - compressed)
      .add("bytes", static_cast<double>(before))
      .add("compressed_bytes", static_cast<double>(after))
      .print();
}
