#pragma once

#include <kstream/error.h>

#include <string>
#include <utility>
#include <variant>

namespace kstream {

/// What went wrong: Kafka's code, and one sentence of detail for a person (may be empty).
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::unknown_server_error;
  std::string detail;

  /// `UNKNOWN_TOPIC_OR_PARTITION: no topic named orders`.
  std::string to_string() const {
    return detail.empty() ? std::string(error_info(code).name) : std::string(error_info(code).name) + ": " + detail;
  }
  bool operator==(const Error&) const = default;
};

/// A value or an error; asked with `ok()` before either is read.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result(ErrorCode code, std::string detail = {}) : Result(Error{code, std::move(detail)}) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& operator*() & { return std::get<0>(state_); }
  const T& operator*() const& { return std::get<0>(state_); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }
  ErrorCode code() const { return ok() ? ErrorCode::none : error().code; }

 private:
  std::variant<T, Error> state_;
};

/// Success, or an error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}
  Result(ErrorCode code, std::string detail = {}) : Result(Error{code, std::move(detail)}) {}

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return error_; }
  ErrorCode code() const { return ok() ? ErrorCode::none : error_.code; }

 private:
  Error error_{ErrorCode::none, {}};
  bool failed_ = false;
};
/// Success, or an error.
using Status = Result<void>;

}  // namespace kstream
