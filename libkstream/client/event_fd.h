#pragma once

namespace kstream::client {

/// A descriptor that is readable while something is signalled, made when it is first asked for.
class EventFd {
 public:
  EventFd() = default;
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;
  ~EventFd();

  /// -1 if the process has no descriptor left.
  int get();
  void set(bool signalled);

 private:
  int descriptor_ = -1;
  bool signalled_ = false;
};

}  // namespace kstream::client
