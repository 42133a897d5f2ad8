#include "base/varint.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace kstream::base {
namespace {

template <class U>
std::string encoded(U value) {
  std::string out;
  append_uvarint(out, value);
  return out;
}

template <class U>
const char* decode(const std::string& bytes, U& value) {
  return read_uvarint(bytes.data(), bytes.data() + bytes.size(), value);
}

TEST(Varint, HasTheBytesOfTheSpecification) {
  EXPECT_EQ(encoded(std::uint32_t{0}), std::string("\0", 1));
  EXPECT_EQ(encoded(std::uint32_t{127}), "\x7f");
  EXPECT_EQ(encoded(std::uint32_t{128}), "\x80\x01");
  EXPECT_EQ(encoded(std::uint32_t{300}), "\xac\x02");
  EXPECT_EQ(encoded(std::uint32_t{0xffffffff}), "\xff\xff\xff\xff\x0f");
  EXPECT_EQ(encoded(std::numeric_limits<std::uint64_t>::max()), std::string(9, '\xff') + "\x01");
  std::string out;
  for (const std::int32_t v : {0, -1, 1, -2, 63, -64, 64}) append_varint(out, v);
  EXPECT_EQ(out, std::string("\x00\x01\x02\x03\x7e\x7f\x80\x01", 8));
}

template <class T>
void round_trip() {
  std::vector<T> values = {0, 1, std::numeric_limits<T>::max(), std::numeric_limits<T>::min()};
  for (unsigned bit = 1; bit < sizeof(T) * 8 - 1; ++bit) {
    for (const int step : {-1, 0, 1}) {
      const T value = static_cast<T>((T{1} << bit) + step);
      values.insert(values.end(), {value, static_cast<T>(-value)});
    }
  }
  for (const T value : values) {
    char buffer[kMaxVarint<T>];
    const char* end = write_varint(buffer, value);
    ASSERT_EQ(static_cast<std::size_t>(end - buffer), varint_size(value));
    T back = 0;
    ASSERT_EQ(read_varint(buffer, end, back), end);
    ASSERT_EQ(back, value);
    for (const char* cut = buffer; cut < end; ++cut) ASSERT_EQ(read_varint(buffer, cut, back), nullptr) << value;
  }
}

TEST(Varint, RoundTripsAndRefusesWhatIsCutOff) {
  round_trip<std::int32_t>();
  round_trip<std::int64_t>();
}

TEST(Varint, RefusesWhatDoesNotFit) {
  std::uint32_t narrow = 0;
  std::uint64_t wide = 0;
  EXPECT_EQ(decode(std::string("\xff\xff\xff\xff\x10"), narrow), nullptr);
  EXPECT_EQ(decode(std::string("\x80\x80\x80\x80\x80\x01"), narrow), nullptr);
  EXPECT_EQ(decode(std::string(9, '\xff') + "\x02", wide), nullptr);
  EXPECT_EQ(decode(std::string(10, '\x80') + "\x01", wide), nullptr);
  // Padding is tolerated, as Java does.
  EXPECT_NE(decode(std::string("\x81\x00", 2), narrow), nullptr);
  EXPECT_EQ(narrow, 1u);
}

}  // namespace
}  // namespace kstream::base
