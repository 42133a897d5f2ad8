#include "base/config/suggest.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace kstream::config {
namespace {

constexpr std::size_t kLongestName = 100;  // a client must not make us compare what cannot be meant

/// How many letters must be inserted, removed, replaced or swapped with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({last[j] + (a[i] != b[j]), last[j + 1] + 1, row[j] + 1});
      bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (swapped) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string_view suggest(std::string_view name, std::span<const Row> rows) {
  if (name.size() > kLongestName) return {};
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(name.size() / 3, 2) + 1;
  for (const Row& row : rows) {
    if (row.internal) continue;
    auto distance = edit_distance(name, row.name);
    if (distance < least) least = distance, nearest = row.name;
  }
  return nearest;
}

std::string unknown_name(std::string_view name, std::span<const Row> rows) {
  auto nearest = suggest(name, rows);
  std::string text = '"' + std::string(name.substr(0, kLongestName)) + "\" is no config";
  return nearest.empty() ? text : text + "; \"" + std::string(nearest) + "\" is the nearest";
}

}  // namespace kstream::config
