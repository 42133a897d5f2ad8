#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

/// A fuzz target without libFuzzer, for the compiler of all other tests: what its corpus keeps, and that damaged,
/// always the same way. Finding what is new is libFuzzer's (`tests/run fuzz_long`).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int copies = 300;  // of each input

std::vector<std::string> corpus() {
  std::vector<std::filesystem::path> files;
  const char* folder = std::getenv("KSTREAM_CORPUS");
  if (!folder) throw std::runtime_error("KSTREAM_CORPUS is to name a folder; ctest does");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<std::string> inputs{""};
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return inputs;
}

/// A vector of exactly this size, so that ASan sees the first byte that is read behind it.
void run(const std::string& input) {
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

/// One to four times: a byte is another, some are gone, some are there twice, or a number is at its limit.
std::string damaged(std::string input, std::minstd_rand& random) {
  const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
  for (std::size_t times = 1 + below(4); times > 0 && !input.empty(); --times) {
    const std::size_t at = below(input.size()), length = 1 + below(std::min<std::size_t>(16, input.size() - at));
    switch (below(5)) {
      case 0:
        input[at] = static_cast<char>(random());
        break;
      case 1:
        input.erase(at, length);
        break;
      case 2:
        input.insert(at, input.substr(at, length));
        break;
      case 3:
        std::fill_n(input.begin() + static_cast<std::ptrdiff_t>(at), length, static_cast<char>(0 - below(2)));
        break;
      default:
        input.resize(at);
    }
  }
  return input;
}

TEST(Corpus, IsReadWithoutHarm) {
  const std::vector<std::string> inputs = corpus();
  ASSERT_GT(inputs.size(), 1U) << "an empty corpus";
  for (const std::string& input : inputs) run(input);
}

TEST(Corpus, DamagedIsReadWithoutHarm) {
  std::minstd_rand random(1);
  for (const std::string& input : corpus()) {
    for (int i = 0; i < copies; ++i) run(damaged(input, random));
  }
}

}  // namespace
