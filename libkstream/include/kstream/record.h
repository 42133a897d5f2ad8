#pragma once

#include <kstream/export.h>
#include <kstream/ids.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream {

/// What a record's timestamp says: when its producer made it, or when the broker appended its batch.
enum class TimestampType : std::int8_t { create_time = 0, log_append_time = 1 };

/// How the records of a batch are compressed, numbered as in the batch's attributes.
enum class Codec : std::int8_t { none = 0, gzip = 1, snappy = 2, lz4 = 3, zstd = 4 };

/// The names as `compression.type` takes them, in the order of Codec.
inline constexpr std::array<std::string_view, 5> kCodecNames = {"none", "gzip", "snappy", "lz4", "zstd"};

/// Nothing if `name` is no codec's name.
constexpr std::optional<Codec> parse_codec(std::string_view name) {
  for (std::size_t i = 0; i < kCodecNames.size(); ++i) {
    if (kCodecNames[i] == name) return static_cast<Codec>(i);
  }
  return std::nullopt;
}

/// A header of a record. Names may repeat; order counts.
struct Header {
  std::string name;
  std::optional<std::string> value{};
  bool operator==(const Header&) const = default;
};

/// A record that owns its bytes.
struct Record {
  std::string topic;
  PartitionId partition{};
  Offset offset = kNoOffset;
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  Timestamp timestamp = kNoTimestamp;
  TimestampType timestamp_type = TimestampType::create_time;
  std::optional<std::string> key{};
  std::optional<std::string> value{};
  std::vector<Header> headers{};
  bool operator==(const Record&) const = default;
};

/// A header whose bytes somebody else owns.
struct HeaderView {
  std::string_view name;
  std::optional<std::string_view> value{};
  bool operator==(const HeaderView&) const = default;
};

/// The headers of a record that was read, parsed as one goes over them. Made by the reader of records, which has seen
/// that they are whole.
class KSTREAM_API HeaderRange {
 public:
  class KSTREAM_API iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = HeaderView;
    using difference_type = std::ptrdiff_t;
    using pointer = const HeaderView*;
    using reference = const HeaderView&;

    iterator() = default;
    reference operator*() const { return header_; }
    pointer operator->() const { return &header_; }
    iterator& operator++() {
      if (--left_ > 0) parse();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(const iterator& other) const { return left_ == other.left_; }

   private:
    friend class HeaderRange;
    iterator(std::string_view bytes, std::size_t left) : rest_(bytes), left_(left) {
      if (left_ > 0) parse();
    }
    void parse();  ///< reads the header that `rest_` begins with, and removes it there

    std::string_view rest_;
    std::size_t left_ = 0;  ///< headers from the current one on
    HeaderView header_;
  };

  HeaderRange() = default;
  /// `count` headers in the format of a record; `bytes` must have been checked.
  HeaderRange(std::string_view bytes, std::size_t count) : bytes_(bytes), count_(count) {}
  iterator begin() const { return {bytes_, count_}; }
  iterator end() const { return {}; }
  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  /// As the record has them, for whoever copies the record.
  std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
  std::size_t count_ = 0;
};

/// A record within a batch's bytes, valid as long as they are. No key and an empty key are different, as are values.
struct RecordView {
  Offset offset = kNoOffset;
  Timestamp timestamp = kNoTimestamp;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  HeaderRange headers;
};

/// What the key of a control record says of it, in Kafka's words: `abort` or `commit`, the end of a transaction of its
/// producer; of a metadata log `leader_change`, `snapshot_header` and others; `unknown`.
KSTREAM_API std::string_view control_record_type(std::optional<std::string_view> key);

}  // namespace kstream
