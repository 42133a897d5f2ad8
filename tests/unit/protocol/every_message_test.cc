// What holds of every message in every version, tried against bytes written from the schemas without generated code.

#include "schema_bytes.h"
#include "support/messages.h"

#include <gtest/gtest.h>

namespace kstream::testing {
namespace {

/// Calls `check(type, schema, version)` for all of them.
template <class Check>
void for_every_version(Check check) {
  static const auto schemas = read_schemas();
  for (const MessageType& type : all_messages()) {
    for (int version = type.min; version <= type.max; ++version) {
      SCOPED_TRACE(type.name + std::string(" version ") + std::to_string(version));
      check(type, schemas.at(type.name), version);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

/// A copy that ends where its memory ends, so that a byte read behind it is seen.
Recoded recode_exact(const MessageType& type, const std::string& bytes, std::size_t size, int version) {
  const std::vector<char> copy(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  return recode(type, base::BytesView(copy.data(), size), version);
}

bool is_flexible(const MessageType& type, int version) { return version >= type.flexible_from; }

TEST(EveryMessage, IsKnownWithItsVersions) {
  const auto schemas = read_schemas();
  ASSERT_EQ(schemas.size(), all_messages().size());
  for (const MessageType& type : all_messages()) {
    const auto& schema = schemas.at(type.name);
    EXPECT_EQ(schema.versions, (schemac::Versions{type.min, type.max})) << type.name;
    EXPECT_EQ(schema.flexible_from, type.flexible_from) << type.name;
  }
}

TEST(EveryMessage, OfDefaultValues) {
  for_every_version([](const MessageType& type, const schemac::Message& schema, int version) {
    const std::string bytes = SchemaBytes(schema, version).defaults();
    std::string usual;
    protocol::Writer writer(usual, is_flexible(type, version));
    type.defaults(writer, version);
    EXPECT_TRUE(writer.ok()) << writer.error();
    EXPECT_EQ(usual, bytes);
    const Recoded result = recode_exact(type, bytes, bytes.size(), version);
    EXPECT_TRUE(result.decoded && result.encoded);
    EXPECT_EQ(result.bytes, bytes);
    EXPECT_EQ(result.left, 0u);
  });
}

TEST(EveryMessage, OfRandomValues) {
  base::Random random(1);
  for_every_version([&](const MessageType& type, const schemac::Message& schema, int version) {
    for (int i = 0; i < 20; ++i) {
      const std::string bytes = SchemaBytes(schema, version).random(random);
      const Recoded result = recode_exact(type, bytes, bytes.size(), version);
      ASSERT_TRUE(result.decoded && result.encoded);
      ASSERT_EQ(result.bytes, bytes);
      ASSERT_EQ(result.left, 0u);
      EXPECT_EQ(result.description.find('\n'), std::string::npos);
    }
  });
}

TEST(EveryMessage, CutOffAnywhereFails) {
  base::Random random(2);
  for_every_version([&](const MessageType& type, const schemac::Message& schema, int version) {
    for (int i = 0; i < 4; ++i) {
      const std::string bytes = SchemaBytes(schema, version).random(random);
      const std::size_t step = 1 + bytes.size() / 500;
      for (std::size_t cut = 1; cut <= bytes.size(); cut += step) {
        ASSERT_FALSE(recode_exact(type, bytes, bytes.size() - cut, version).decoded) << cut << " of " << bytes.size();
      }
    }
  });
}

TEST(EveryMessage, WithAWrongByteIsRefusedOrHarmless) {
  base::Random random(3);
  for_every_version([&](const MessageType& type, const schemac::Message& schema, int version) {
    std::string bytes = SchemaBytes(schema, version).random(random);
    for (int i = 0; i < 40 && !bytes.empty(); ++i) {
      const auto at = random.below(bytes.size());
      const char old = bytes[at];
      bytes[at] = static_cast<char>(random.next());
      const Recoded result = recode_exact(type, bytes, bytes.size(), version);
      EXPECT_TRUE(!result.decoded || result.encoded);
      bytes[at] = old;
    }
  });
}

TEST(EveryMessage, SkipsUnknownTagsOrKeepsThemIfARecord) {
  for_every_version([&](const MessageType& type, const schemac::Message& schema, int version) {
    if (!is_flexible(type, version)) return;
    base::Random random(4), same(4);
    for (int i = 0; i < 5; ++i) {
      SchemaBytes known(schema, version), more(schema, version);
      more.set_unknown_tags({100, 150, 5000});
      const std::string expected = known.random(random), bytes = more.random(same);
      const Recoded result = recode_exact(type, bytes, bytes.size(), version);
      ASSERT_TRUE(result.decoded && result.encoded);
      ASSERT_EQ(result.bytes, schema.is_record ? bytes : expected);
    }
  });
}

TEST(EveryMessage, RefusesCountsThatCannotBeTrue) {
  for_every_version([&](const MessageType& type, const schemac::Message&, int version) {
    const std::string huge(64, '\x7f');
    (void)recode_exact(type, huge, huge.size(), version);
    const std::string ones(64, '\xff');
    (void)recode_exact(type, ones, ones.size(), version);
  });
}

}  // namespace
}  // namespace kstream::testing
