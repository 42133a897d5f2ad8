#pragma once

#include "base/bytes.h"
#include "protocol/records_field.h"
#include "protocol/unknown_tags.h"

#include <kstream/ids.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::protocol {

/// Appends Kafka's primitive types to `out`. A flexible writer uses compact lengths and writes tagged sections; who
/// calls it need not know. It fails once: the first failure is kept, and `out` is then of no use.
class Writer {
 public:
  Writer(std::string& out, bool flexible) : out_(out), flexible_(flexible) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  bool flexible() const { return flexible_; }
  bool ok() const { return error_.empty(); }
  /// What could not be written; empty while ok().
  const std::string& error() const { return error_; }
  void fail(std::string_view what);
  /// Where the records that were only announced belong, in the order of the fields.
  const std::vector<Splice>& splices() const { return splices_; }

  template <std::integral T>
  void put(T value) {
    char bytes[sizeof value];
    base::store_be(bytes, value);
    out_.append(bytes, sizeof bytes);
  }
  void put(bool value) { out_.push_back(value ? 1 : 0); }
  void put(double value);
  void put(const Uuid& value);
  void put_uvarint(std::uint32_t value);
  /// At most 32767 bytes.
  void put_string(BytesView text);
  void put_null_string();
  /// With a length of 16 bits even if the writer is flexible, or null: the client id in a request's header.
  void put_classic_string(std::optional<BytesView> text);
  void put_bytes(BytesView bytes);
  void put_records(const Records& records);
  /// The number of elements that follow.
  void put_count(std::size_t count);
  /// Null in place of bytes, records or an array.
  void put_null();

 private:
  friend class TagWriter;
  void put_length(std::size_t length);

  std::string& out_;
  bool flexible_;
  std::string error_;
  std::vector<Splice> splices_;
};

/// Writes the tagged section that ends a flexible struct. Known fields are given in ascending order of tag and only if
/// they differ from their default; `unknown` ones are merged in. Writes nothing if the writer is not flexible.
class TagWriter {
 public:
  explicit TagWriter(Writer& writer, const UnknownTags* unknown = nullptr);
  /// The value written between begin() and end() is the field's.
  void begin(std::uint32_t tag);
  void end();
  /// After the last field.
  void finish();

 private:
  void put_unknown_below(std::uint64_t tag);
  void start(std::uint32_t tag);
  void set_uvarint(std::size_t at, std::uint32_t value);

  Writer& writer_;
  const UnknownTags* unknown_;
  std::size_t next_unknown_ = 0;
  std::int64_t last_tag_ = -1;
  std::uint32_t count_ = 0;
  std::size_t count_at_ = 0;  ///< of the byte kept for the number of fields
  std::size_t size_at_ = 0;   ///< of the byte kept for the size of the open field
};

}  // namespace kstream::protocol
