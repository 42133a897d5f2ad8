#pragma once

#include "cli/range_reader.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

namespace kstream::cli {

/// Copies of records of one partition that wait for their turn, first in, first out. One allocation for each piece and
/// kind of thing, none for a record.
class HeldRecords {
 public:
  using Clock = std::chrono::steady_clock;
  struct Item {
    RecordView record;
    BatchInfo batch;
  };

  /// The records of a piece that `passes` says true of.
  template <class Passes>
  void add(const Piece& piece, Clock::time_point now, Passes passes) {
    auto block = std::make_unique<Block>();
    block->arrival = now;
    block->high_watermark = piece.high_watermark;
    for_each_record(piece, [&](const RecordView& record, const BatchInfo& batch) {
      if (passes(record)) block->items.push_back({record, batch});
      return true;
    });
    if (block->items.empty()) return;
    own(*block);
    bytes_ += block->bytes.size() + block->items.size() * sizeof(Item);
    blocks_.push_back(std::move(block));
  }

  bool empty() const { return blocks_.empty(); }
  std::size_t bytes() const { return bytes_; }
  /// The first one; valid until it is dropped.
  const Item& front() const { return blocks_.front()->items[blocks_.front()->next]; }
  Clock::time_point arrival() const { return blocks_.front()->arrival; }
  Offset high_watermark() const { return blocks_.front()->high_watermark; }
  void drop();

 private:
  struct Block {
    std::vector<char> bytes;
    std::vector<Item> items;
    std::size_t next = 0;
    Clock::time_point arrival;
    Offset high_watermark;
  };
  static void own(Block& block);

  std::deque<std::unique_ptr<Block>> blocks_;
  std::size_t bytes_ = 0;
};

}  // namespace kstream::cli
