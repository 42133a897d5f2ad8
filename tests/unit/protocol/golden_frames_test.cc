// Frames that went between independent programs and Apache Kafka: tests/golden/README.md says how they were recorded.

#include "base/crc32c.h"
#include "protocol/header.h"
#include "support/messages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace kstream::testing {
namespace {

using protocol::Reader;
using protocol::Writer;

std::string golden(const std::string& program) {
  std::ifstream file(KSTREAM_GOLDEN "/frames/" + program + ".frames", std::ios::binary);
  EXPECT_TRUE(file) << program;
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Takes a frame off the front of `bytes`, without its size; empty if there is none.
std::string_view take_frame(std::string_view& bytes) {
  Reader reader(bytes, false);
  const auto size = reader.get<std::int32_t>();
  if (!reader.ok() || size < 0 || bytes.size() - 4 < static_cast<std::size_t>(size)) return {};
  const std::string_view frame = bytes.substr(4, static_cast<std::size_t>(size));
  bytes.remove_prefix(4 + frame.size());
  return frame;
}

const MessageType* find_type(const std::string& name) {
  for (const MessageType& type : all_messages()) {
    if (name == type.name) return &type;
  }
  return nullptr;
}

/// Adds the body that is left in `reader`, decoded and encoded again, to the header in `again`: the frame is the sum.
void expect_same(std::string_view frame, Reader& reader, std::string again, const std::string& name, int version) {
  const MessageType* type = find_type(name);
  ASSERT_TRUE(type) << name;
  const Recoded body = recode(*type, frame.substr(frame.size() - reader.left()), version);
  ASSERT_TRUE(body.decoded && body.encoded) << name;
  EXPECT_EQ(body.left, 0u) << name;
  EXPECT_EQ(again + body.bytes, frame) << name << '\n' << body.description;
}

void check_pair(std::string_view request, std::string_view response) {
  Reader in(request, false);
  const auto header = protocol::read_request_header(in);
  ASSERT_TRUE(header) << header.error().to_string();
  SCOPED_TRACE(header->api->name + std::string(" version ") + std::to_string(header->api_version));
  const bool flexible = header->api_version >= header->api->flexible_from;
  std::string again;
  Writer out(again, flexible);
  protocol::write_request_header(out, *header);
  expect_same(request, in, again, header->api->name + std::string("Request"), header->api_version);

  Reader answer(response, flexible);
  EXPECT_EQ(protocol::read_response_header(answer, header->api->key), header->correlation_id);
  ASSERT_TRUE(answer.ok()) << answer.error();
  std::string answer_again;
  Writer answer_out(answer_again, flexible);
  protocol::write_response_header(answer_out, header->api->key, header->correlation_id);
  expect_same(response, answer, answer_again, header->api->name + std::string("Response"), header->api_version);
}

/// Every pair in the file of `program`, which holds `expected` of them. The checksum sees what a codec that loses
/// nothing does not: a value that is another.
void check_file(const std::string& program, int expected, std::uint32_t checksum) {
  const std::string file = golden(program);
  EXPECT_EQ(base::crc32c(0, file), checksum) << program << ".frames is not what was recorded";
  std::string_view bytes = file;
  int pairs = 0;
  for (; !bytes.empty(); ++pairs) {
    const std::string_view request = take_frame(bytes), response = take_frame(bytes);
    ASSERT_FALSE(request.empty() || response.empty()) << "pair " << pairs << " is cut off";
    check_pair(request, response);
  }
  EXPECT_EQ(pairs, expected);
}

TEST(GoldenFrames, OfLibrdkafkaAreEncodedToTheSameBytes) { check_file("librdkafka", 24, 0x2928a2a1); }

TEST(GoldenFrames, OfKafkaPythonAreEncodedToTheSameBytes) { check_file("kafka-python", 26, 0xa9ffdd2f); }

TEST(GoldenFrames, OfJavaAreEncodedToTheSameBytes) { check_file("java", 66, 0xb6bfce30); }

TEST(GoldenFrames, OfFranzGoAreEncodedToTheSameBytes) { check_file("franz-go", 48, 0xa9e5e67e); }

}  // namespace
}  // namespace kstream::testing
