#include "protocol/writer.h"

#include "base/varint.h"

#include <bit>

namespace kstream::protocol {

namespace {
constexpr std::size_t kMaxString = 0x7fff;
constexpr std::size_t kMaxLength = 0x7fffffff;
}  // namespace

void Writer::fail(std::string_view what) {
  if (error_.empty()) error_ = what;
}

void Writer::put(double value) { put(std::bit_cast<std::uint64_t>(value)); }

void Writer::put(const Uuid& value) {
  out_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
}

void Writer::put_uvarint(std::uint32_t value) { base::append_uvarint(out_, value); }

void Writer::put_string(BytesView text) {
  if (!flexible_) return put_classic_string(text);
  if (text.size() > kMaxString) return fail("a string of more than 32767 bytes");
  put_uvarint(static_cast<std::uint32_t>(text.size()) + 1);
  out_.append(text);
}

void Writer::put_classic_string(std::optional<BytesView> text) {
  if (!text) return put(std::int16_t{-1});
  if (text->size() > kMaxString) return fail("a string of more than 32767 bytes");
  put(static_cast<std::int16_t>(text->size()));
  out_.append(*text);
}

void Writer::put_null_string() {
  if (flexible_) return put_uvarint(0);
  put_classic_string(std::nullopt);
}

void Writer::put_length(std::size_t length) {
  if (length > kMaxLength) return fail("more than 2^31-1 bytes or elements");
  if (flexible_) return put_uvarint(static_cast<std::uint32_t>(length) + 1);
  put(static_cast<std::int32_t>(length));
}

void Writer::put_bytes(BytesView bytes) {
  put_length(bytes.size());
  out_.append(bytes);
}

void Writer::put_records(const Records& records) {
  if (records.spliced == 0) return put_bytes(records.bytes);
  put_length(records.spliced);
  splices_.push_back({out_.size(), records.spliced});
}

void Writer::put_count(std::size_t count) { put_length(count); }

void Writer::put_null() {
  if (flexible_) return put_uvarint(0);
  put(std::int32_t{-1});
}

TagWriter::TagWriter(Writer& writer, const UnknownTags* unknown)
    : writer_(writer), unknown_(unknown), count_at_(writer.out_.size()) {
  if (writer_.flexible_) writer_.out_.push_back(0);
}

void TagWriter::begin(std::uint32_t tag) {
  put_unknown_below(tag);
  start(tag);
}

void TagWriter::end() { set_uvarint(size_at_, static_cast<std::uint32_t>(writer_.out_.size() - size_at_ - 1)); }

void TagWriter::finish() {
  if (!writer_.flexible_) return;
  put_unknown_below(std::uint64_t{1} << 32);
  set_uvarint(count_at_, count_);
}

void TagWriter::put_unknown_below(std::uint64_t tag) {
  for (; unknown_ && next_unknown_ < unknown_->size() && (*unknown_)[next_unknown_].tag < tag; ++next_unknown_) {
    start((*unknown_)[next_unknown_].tag);
    writer_.out_.append((*unknown_)[next_unknown_].bytes);
    end();
  }
}

void TagWriter::start(std::uint32_t tag) {
  if (tag <= last_tag_) writer_.fail("tagged fields out of order");
  last_tag_ = tag;
  ++count_;
  writer_.put_uvarint(tag);
  size_at_ = writer_.out_.size();
  writer_.out_.push_back(0);
}

/// One byte was kept for `value`; what follows moves if it needs more.
void TagWriter::set_uvarint(std::size_t at, std::uint32_t value) {
  if (value < 0x80) {
    writer_.out_[at] = static_cast<char>(value);
    return;
  }
  std::string bytes;
  base::append_uvarint(bytes, value);
  writer_.out_.replace(at, 1, bytes);
}

}  // namespace kstream::protocol
