#pragma once

#include "base/assert.h"

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>

#include <functional>
#include <memory>
#include <utility>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace kstream::sim {

/// Runs blocking code, such as recovery, a step at a time: it yields wherever it would block, and goes on when it is
/// resumed. What has not ended when the job is destroyed is unwound by an exception from where it yielded: so ends a
/// process.
///
/// AddressSanitizer must be told of every change of stacks, or it takes the other one for an overflow.
class FiberJob {
 public:
  /// `body` gets what it calls to yield.
  explicit FiberJob(std::function<void(const std::function<void()>& yield)> body)
      : stack_(boost::context::fixedsize_stack(kStackSize).allocate()),
        fiber_(std::allocator_arg, boost::context::preallocated(stack_.sp, stack_.size, stack_), Keep{},
               [this, body = std::move(body)](boost::context::fiber&& caller) {
                 arrived(nullptr);
                 caller_ = std::move(caller);
                 try {
                   if (!ending_) body([this] { yield(); });
                 } catch (const Unwind&) {
                 }
                 ended_ = true;
                 leaving(nullptr, outer_bottom_, outer_size_);
                 return std::move(caller_);
               }) {}
  FiberJob(const FiberJob&) = delete;
  FiberJob& operator=(const FiberJob&) = delete;
  ~FiberJob() {
    ending_ = true;
    while (!ended_) resume();
    fiber_ = {};
    boost::context::fixedsize_stack(kStackSize).deallocate(stack_);
  }

  bool ended() const { return ended_; }
  void resume() {
    KS_ASSERT(!ended_);
    void* own = nullptr;
    leaving(&own, static_cast<char*>(stack_.sp) - stack_.size, stack_.size);
    fiber_ = std::move(fiber_).resume();
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(own, nullptr, nullptr);
#endif
  }

 private:
  struct Unwind {};
  /// The stack outlives the fiber: this object frees it.
  struct Keep {
    boost::context::stack_context allocate() { return {}; }
    void deallocate(boost::context::stack_context&) {}
  };
  static constexpr std::size_t kStackSize = 1 << 20;

  void yield() {
    void* own = nullptr;
    leaving(&own, outer_bottom_, outer_size_);
    caller_ = std::move(caller_).resume();
    arrived(own);
    if (ending_) throw Unwind{};
  }
  void leaving([[maybe_unused]] void** own, [[maybe_unused]] const void* bottom, [[maybe_unused]] std::size_t size) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(own, bottom, size);
#endif
  }
  /// On the fiber: it runs again, and learns the stack of whoever resumed it.
  void arrived([[maybe_unused]] void* own) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(own, &outer_bottom_, &outer_size_);
#endif
  }

  boost::context::stack_context stack_;
  const void* outer_bottom_ = nullptr;
  std::size_t outer_size_ = 0;
  bool ended_ = false, ending_ = false;
  boost::context::fiber caller_, fiber_;
};

}  // namespace kstream::sim
