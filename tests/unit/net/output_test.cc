#include "net/output.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <numeric>

namespace kstream::net {
namespace {

/// A file that is gone with its name at once.
class OpenFile final : public base::SharedFile {
 public:
  explicit OpenFile(const std::string& content) : SharedFile("test") {
    std::string name = "/tmp/kstream-output-XXXXXX";
    descriptor_ = ::mkstemp(name.data());
    ::unlink(name.c_str());
    EXPECT_EQ(::write(descriptor_, content.data(), content.size()), static_cast<ssize_t>(content.size()));
  }
  ~OpenFile() override { ::close(descriptor_); }
  int descriptor() const override { return descriptor_; }

 private:
  int descriptor_ = -1;
};

std::string some_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::iota(bytes.begin(), bytes.end(), '\x01');
  for (std::size_t i = 0; i < size; i += 251) bytes[i] = static_cast<char>(i >> 8);
  return bytes;
}

class OutputTest : public ::testing::Test {
 protected:
  OutputTest() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0); }
  ~OutputTest() override {
    for (int end : ends_) ::close(end);
  }
  base::FileRef file(const std::string& content) { return base::make_counted<OpenFile>(content); }
  /// What the other end has got by now.
  std::string received() {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t n; (n = ::read(ends_[1], part.data(), part.size())) > 0;)
      all.append(part.data(), static_cast<std::size_t>(n));
    return all;
  }
  /// Flushes until all is sent; how often the socket was full.
  int drain(std::string& got) {
    for (int blocked = 0;; ++blocked) {
      const auto sent = output_.flush(ends_[0]);
      got += received();
      if (sent == Output::Sent::all) return blocked;
      EXPECT_EQ(sent, Output::Sent::blocked);
      if (sent != Output::Sent::blocked) return -1;
    }
  }

  std::array<int, 2> ends_{};
  BlockPool pool_;
  Output output_{pool_};
};

TEST_F(OutputTest, BytesAndFilesGoOutInTheirOrder) {
  const std::string content = some_bytes(200'000), large = some_bytes(150'000);
  auto from = file(content);
  std::string expected, got;
  const auto bytes = [&](const std::string& text) {
    output_.append(text);
    expected += text;
  };
  const auto range = [&](std::uint64_t at, std::uint32_t size) {
    EXPECT_TRUE(output_.append(from, at, size));
    expected += content.substr(at, size);
  };
  bytes("head");
  range(7, 100);
  range(1'000, 31'000);
  range(2'000, 31'000);  // behind which a block is full
  range(3'000, Output::kSendfileFrom);
  bytes(large);  // more than two blocks
  bytes("");
  range(0, 200'000);
  bytes("tail");
  EXPECT_EQ(output_.held_bytes(), 4 + 100 + 2 * 31'000 + large.size() + 4);
  drain(got);
  EXPECT_TRUE(got == expected);
  EXPECT_TRUE(output_.empty());
  EXPECT_EQ(output_.held_bytes(), 0U);
  EXPECT_EQ(output_.sent_bytes(), expected.size());
  EXPECT_FALSE(pool_.trim()) << "a block is held for nothing";
}

TEST_F(OutputTest, MuchGoesOnWhereASocketWasFull) {
  std::string expected, got;
  for (int i = 0; i < 40; ++i) {
    const std::string part = some_bytes(50'000 + static_cast<std::size_t>(i));
    output_.append(part);
    expected += part;
  }
  EXPECT_GT(drain(got), 0) << "a socket that takes everything shows nothing";
  EXPECT_TRUE(got == expected);
  EXPECT_EQ(output_.held_bytes(), 0U);
}

TEST_F(OutputTest, ALittleThatIsLeftHoldsNoBlock) {
  std::string expected, got;
  const std::string content = some_bytes(40'000);
  auto from = file(content);
  while (output_.flush(ends_[0]) == Output::Sent::all) {  // until the socket takes no more
    EXPECT_TRUE(output_.append(from, 0, 40'000));
    expected += content;
  }
  output_.append("little");
  EXPECT_TRUE(pool_.trim());
  EXPECT_EQ(output_.flush(ends_[0]), Output::Sent::blocked);
  EXPECT_FALSE(pool_.trim());
  output_.append(" by little");
  EXPECT_EQ(output_.held_bytes(), 16U);
  got = received();
  drain(got);
  EXPECT_TRUE(got == expected + "little by little");
}

TEST_F(OutputTest, AFileThatIsShorterThanItsRangeFails) {
  auto from = file("short");
  EXPECT_FALSE(output_.append(from, 0, 6));
  Output large(pool_);
  EXPECT_TRUE(large.append(from, 0, Output::kSendfileFrom));
  EXPECT_EQ(large.flush(ends_[0]), Output::Sent::failed);
}

TEST_F(OutputTest, AnEndThatIsClosedFails) {
  ::shutdown(ends_[0], SHUT_WR);
  output_.append("x");
  EXPECT_EQ(output_.flush(ends_[0]), Output::Sent::failed);
}

}  // namespace
}  // namespace kstream::net
