#include "cli/line_reader.h"

#include "base/random.h"

#include <fcntl.h>
#include <unistd.h>
#include <thread>

namespace kstream::cli {
namespace {

using namespace std::string_literals;
using Fill = LineReader::Fill;

/// A pipe that another thread fills with `input` in pieces of random size.
class Piped {
 public:
  explicit Piped(std::string input, std::size_t most = 1 << 16) {
    EXPECT_EQ(::pipe2(fds_, O_CLOEXEC), 0);
    writer_ = std::thread([this, input = std::move(input), most] {
      base::Random random(input.size());
      for (std::size_t at = 0; at < input.size();) {
        auto put = ::write(fds_[1], input.data() + at, std::min(input.size() - at, random.below(most) + 1));
        if (put < 0) break;
        at += static_cast<std::size_t>(put);
      }
      ::close(fds_[1]);
    });
  }
  ~Piped() {
    while (::read(fds_[0], sink_, sizeof sink_) > 0) {
    }
    writer_.join();
    ::close(fds_[0]);
  }
  int fd() const { return fds_[0]; }

 private:
  int fds_[2];
  std::thread writer_;
  char sink_[4096];
};

/// The lines, and where each begins; the last Fill.
struct Read {
  std::vector<std::string> lines;
  std::vector<std::uint64_t> begins;
  Fill last;
};
Read read_all(int fd, const std::string& delimiter, std::size_t limit) {
  LineReader reader(fd, delimiter, limit);
  Read result;
  auto drain = [&] {
    for (auto begin = reader.next_byte(); auto line = reader.next(); begin = reader.next_byte()) {
      result.lines.emplace_back(*line);
      result.begins.push_back(begin);
    }
  };
  do {
    drain();
    result.last = reader.fill();
  } while (result.last == Fill::more || result.last == Fill::nothing);
  if (result.last == Fill::end) drain();
  return result;
}

std::vector<std::string> lines(const std::string& input, const std::string& delimiter = "\n") {
  Piped piped(input);
  return read_all(piped.fd(), delimiter, 1 << 20).lines;
}

TEST(LineReader, Lines) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(lines(""), Lines{});
  EXPECT_EQ(lines("a"), Lines{"a"});
  EXPECT_EQ(lines("a\n"), Lines{"a"});
  EXPECT_EQ(lines("a\n\nb\r\n"), (Lines{"a", "", "b\r"}));
  EXPECT_EQ(lines("\n\n"), (Lines{"", ""}));
  EXPECT_EQ(lines("a\0b\0"s, "\0"s), (Lines{"a", "b"}));
  EXPECT_EQ(lines("a\nb<>c<><>d<", "<>"), (Lines{"a\nb", "c", "", "d<"}));
  EXPECT_EQ(lines("aab", "ab"), Lines{"a"});
}

TEST(LineReader, RandomCuts) {
  for (const std::string& delimiter : {"\n"s, "<=>"s}) {
    std::string input;
    std::vector<std::string> expected;
    std::vector<std::uint64_t> begins;
    base::Random random(3);
    for (int i = 0; i < 3000; ++i) {
      begins.push_back(input.size());
      expected.emplace_back(random.chance(0.001) ? random.below(3'000'000) : random.below(300),
                            'a' + static_cast<char>(i % 26));
      input += expected.back() + delimiter;
    }
    Piped piped(input, 5000);
    auto read = read_all(piped.fd(), delimiter, 4 << 20);
    EXPECT_EQ(read.lines, expected);
    EXPECT_EQ(read.begins, begins);
  }
}

TEST(LineReader, LimitIsInclusive) {
  std::string fits(2'000'000, 'x');
  EXPECT_EQ(lines("a\n" + fits.substr(0, 1 << 20) + "\nb").size(), 3U);
  Piped piped("a\n" + fits + "\nb");
  auto read = read_all(piped.fd(), "\n", 1 << 19);
  EXPECT_EQ(read.last, Fill::too_long);
  EXPECT_EQ(read.lines, std::vector<std::string>{"a"});
}

TEST(LineReader, SaysWhyItFailed) {
  LineReader reader(-1, "\n", 100);
  EXPECT_EQ(reader.fill(), Fill::failed);
  EXPECT_EQ(errno, EBADF);
  int fd = ::open("/", O_RDONLY | O_CLOEXEC);
  LineReader folder(fd, "\n", 100);
  EXPECT_EQ(folder.fill(), Fill::failed);
  EXPECT_EQ(errno, EISDIR);
  ::close(fd);
}

}  // namespace
}  // namespace kstream::cli
