#pragma once

#include "base/bytes.h"
#include "protocol/records_field.h"
#include "protocol/unknown_tags.h"

#include <kstream/ids.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace kstream::protocol {

/// An array of more elements, or a tagged section of more fields, is refused, as Apache Kafka 4.4 does.
inline constexpr std::size_t kMaxElements = 1'000'000;
inline constexpr std::size_t kMaxTags = 10'000;

/// Reads Kafka's primitive types from bytes that nobody trusts. It fails once: afterwards every read gives zero, empty
/// or null and nothing is left, so it is asked at the end. Nothing is allocated for lengths that cannot be true.
class Reader {
 public:
  Reader(BytesView bytes, bool flexible)
      : begin_(bytes.data()), pos_(begin_), end_(begin_ + bytes.size()), flexible_(flexible) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  bool flexible() const { return flexible_; }
  /// A request's header says in which form its body is.
  void set_flexible(bool flexible) { flexible_ = flexible; }
  bool ok() const { return error_ == nullptr; }
  /// `a length beyond the end, at byte 17`; empty while ok().
  std::string error() const;
  void fail(const char* what);
  std::size_t left() const { return static_cast<std::size_t>(end_ - pos_); }

  template <std::integral T>
  T get() {
    if (left() < sizeof(T)) return fail("too short"), T{};
    const char* at = pos_;
    pos_ += sizeof(T);
    return base::load_be<T>(at);
  }
  /// Any byte but 0 is true.
  bool get_bool() { return get<std::int8_t>() != 0; }
  double get_float64();
  Uuid get_uuid();
  std::uint32_t get_uvarint();
  /// Null, or a view into the bytes read.
  std::optional<BytesView> get_string();
  std::optional<BytesView> get_bytes();
  /// Null, or the number of elements that follow, of which each takes at least `element_size` bytes (> 0).
  std::optional<std::size_t> get_count(std::size_t element_size);

 private:
  friend class TagReader;
  /// -1 for null.
  std::int64_t get_length();
  BytesView take(std::size_t size);

  const char* begin_;
  const char* pos_;
  const char* end_;
  const char* error_ = nullptr;
  std::size_t error_at_ = 0;
  bool flexible_;
};

/// Walks the tagged section that ends a flexible struct: tags ascend, and each value takes exactly the size it says.
/// There are no fields if the reader is not flexible.
class TagReader {
 public:
  explicit TagReader(Reader& reader);
  /// Goes to the next field, whose value the caller reads, skips or keeps. False at the end, and after a failure.
  bool next();
  std::uint32_t tag() const { return tag_; }
  void skip();
  void keep(UnknownTags& unknown);

 private:
  void close();

  Reader& reader_;
  std::size_t left_ = 0;
  std::int64_t last_ = -1;
  std::uint32_t tag_ = 0;
  const char* outer_end_ = nullptr;  ///< of the reader, while a field narrows it
};

}  // namespace kstream::protocol
