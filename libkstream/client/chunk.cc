#include "client/chunk.h"

#include "records/control.h"

#include <algorithm>
#include <utility>

namespace kstream::client {
namespace {

/// Of one batch, decompressed. More is taken for an attack.
constexpr std::size_t kLargestBatch = std::size_t{1} << 30;

Error at_offset(Offset offset, const std::string& what) {
  return {ErrorCode::corrupt_message, "batch at offset " + std::to_string(offset.value) + ": " + what};
}

BatchInfo info_of(const records::BatchHeader& header, std::size_t count) {
  return {count,          header.base_offset, header.leader_epoch, header.timestamp_type(), header.producer_id,
          header.codec(), header.is_control()};
}

bool is_abort(const records::BatchView& batch) {
  records::RecordReader reader(batch.header, records::payload(batch.bytes));
  RecordView record;
  return reader.next(record) && record.key && records::parse_control_key(*record.key) == records::ControlType::abort;
}

}  // namespace

std::unique_ptr<std::string> decompress_ahead(const records::BatchView& batch, std::size_t most) {
  auto text = std::make_unique<std::string>();
  return records::record_bytes(batch, most, *text) ? std::move(text) : nullptr;
}

Chunk::Chunk(base::Slice bytes, Offset from, PartitionEnds ends, Options options)
    : bytes_(std::move(bytes)), position_(from), ends_(ends), options_(std::move(options)), batches_(bytes_.bytes) {
  for (const auto& [batch, text] : options_.ahead) size_ahead_ += text->size();
  if (options_.aborted) std::ranges::sort(*options_.aborted, {}, &AbortedTransaction::first_offset);
}

void Chunk::start_read(RecordsRead& out) {
  out.records.clear();
  out.batches.clear();
  out.batch_bytes.clear();
  texts_.clear();
  new_batch_ = true;
  decompressed_ = 0;
}

Status Chunk::read(std::size_t most, RecordsRead& out) {
  start_read(out);
  while (!done_ && failure_.ok() && out.records.size() < most) {
    if (!open_ && decompressed_ > options_.most_decompressed) break;
    failure_ = open_ ? read_open(most, out) : open_next();
  }
  return out.records.empty() ? failure_ : Status();
}

Status Chunk::read_batches(RecordsRead& out) {
  start_read(out);
  const auto take = [&](const records::BatchView& batch) {
    out.batches.push_back(info_of(batch.header, static_cast<std::size_t>(batch.header.records_count)));
    out.batch_bytes.push_back(batch.bytes);
    position_ = batch.header.next_offset();
  };
  if (open_) take(open_->batch);
  open_.reset();
  for (records::BatchView batch; failure_.ok() && next_batch(batch);) take(batch);
  return out.batches.empty() ? failure_ : Status();
}

/// Finds the next batch that has something to read, else is done, or fails.
bool Chunk::next_batch(records::BatchView& batch) {
  while (batches_.next(batch)) {
    if (options_.check_crcs && !records::check_crc(batch.bytes)) {
      failure_ = at_offset(batch.header.base_offset, "wrong CRC");
      return false;
    }
    const bool nothing = batch.header.last_offset() < position_ || batch.header.records_count == 0;
    if (!is_passed_over(batch) && !nothing) return true;
    take_ahead(batch);
    position_ = std::max(position_, batch.header.next_offset());
  }
  if (!batches_.status()) {
    failure_ = at_offset(position_, batches_.status().error().detail);
  } else {
    done_ = true;
  }
  return false;
}

Status Chunk::open_next() {
  records::BatchView batch;
  return next_batch(batch) ? open(batch) : failure_;
}

/// Whether a consumer must not see the batch. Keeps account of which producers' transactions are aborted here (KIP-98).
bool Chunk::is_passed_over(const records::BatchView& batch) {
  const ProducerId producer = batch.header.producer_id;
  if (options_.aborted) {
    const std::vector<AbortedTransaction>& aborted = *options_.aborted;
    while (next_aborted_ < aborted.size() && aborted[next_aborted_].first_offset <= batch.header.last_offset()) {
      aborting_.insert(aborted[next_aborted_++].producer);
    }
  }
  if (batch.header.is_control()) {
    if (is_abort(batch)) aborting_.erase(producer);
    return !options_.control;
  }
  return batch.header.is_transactional() && aborting_.contains(producer);
}

/// What it was given of the batch decompressed; null if that is nothing.
Chunk::Text Chunk::take_ahead(const records::BatchView& batch) {
  auto taken = options_.ahead.extract(batch.bytes.data());
  if (!taken) return nullptr;
  size_ahead_ -= taken.mapped()->size();
  return std::move(taken.mapped());
}

Status Chunk::open(const records::BatchView& batch) {
  Text ahead = take_ahead(batch);
  auto text = ahead ? nullptr : std::make_unique<std::string>();
  const Result<base::BytesView> bytes = ahead ? base::BytesView(*ahead) : record_bytes(batch, kLargestBatch, *text);
  if (ahead) text = std::move(ahead);
  if (!bytes) return Error{bytes.code(), at_offset(batch.header.base_offset, bytes.error().detail).detail};
  decompressed_ += text->size();
  open_text_ = std::move(text);
  open_.emplace(OpenBatch{batch, records::RecordReader(batch.header, *bytes)});
  new_batch_ = true;
  return {};
}

/// Takes records of the open batch, and closes it behind the last.
Status Chunk::read_open(std::size_t most, RecordsRead& out) {
  RecordView record;
  while (out.records.size() < most) {
    if (!open_->reader.next(record)) return close_open();
    if (record.offset >= position_) take(record, out);
  }
  return {};
}

Status Chunk::close_open() {
  const records::BatchHeader header = open_->batch.header;
  const Status status = open_->reader.status();
  open_.reset();
  texts_.push_back(std::move(open_text_));
  if (!status) return at_offset(header.base_offset, status.error().detail);
  position_ = std::max(position_, header.next_offset());
  return {};
}

void Chunk::take(const RecordView& record, RecordsRead& out) {
  if (std::exchange(new_batch_, false)) out.batches.push_back(info_of(open_->batch.header, 0));
  ++out.batches.back().count;
  out.records.push_back(record);
  position_ = record.offset + 1;
}

}  // namespace kstream::client
