#include "client/event_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace kstream::client {

EventFd::~EventFd() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

int EventFd::get() {
  if (descriptor_ < 0) descriptor_ = ::eventfd(signalled_ ? 1 : 0, EFD_NONBLOCK | EFD_CLOEXEC);
  return descriptor_;
}

void EventFd::set(bool signalled) {
  if (signalled == signalled_) return;
  signalled_ = signalled;
  if (descriptor_ < 0) return;
  eventfd_t value = 1;
  signalled ? ::eventfd_write(descriptor_, value) : ::eventfd_read(descriptor_, &value);
}

}  // namespace kstream::client
