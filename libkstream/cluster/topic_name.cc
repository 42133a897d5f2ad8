#include "cluster/topic_name.h"

#include <algorithm>
#include <string>

namespace kstream::cluster {
namespace {

constexpr std::size_t kMaxLength = 249;

constexpr bool is_legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

Status check_topic_name(std::string_view name) {
  const auto refuse = [](std::string why) { return Error{ErrorCode::invalid_topic_exception, std::move(why)}; };
  if (name.empty()) return refuse("a topic name must not be empty");
  if (name.size() > kMaxLength) return refuse("a topic name must not exceed 249 characters");
  if (name == "." || name == "..") return refuse("a topic must not be named \"" + std::string(name) + "\"");
  if (!std::all_of(name.begin(), name.end(), is_legal)) {
    return refuse("a topic name consists of ASCII letters, digits, '.', '_' and '-'");
  }
  return {};
}

bool is_internal_topic(std::string_view name) {
  return name == "__consumer_offsets" || name == "__transaction_state" || name == "__share_group_state";
}

}  // namespace kstream::cluster
