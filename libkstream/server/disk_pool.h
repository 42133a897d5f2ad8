#pragma once

#include "broker/effects.h"
#include "storage/directory.h"

#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace kstream::server {

class Driver;

/// The threads of one log directory for operations that may take long. Changes of one log are performed in the order in
/// which they came, those of different logs side by side: syncs that overlap share a commit of the file system's
/// journal. What clients wait for (searches, new segments) has threads of its own, so that nobody waits for a sync.
class DiskPool {
 public:
  explicit DiskPool(storage::Directory& directory);
  /// Performs what was submitted, then ends the threads.
  ~DiskPool();

  storage::Directory& directory() { return directory_; }
  /// Performs `work` on a thread of this pool and hands it back to `owner`, which must outlive the pool's threads.
  void submit(broker::DiskWork&& work, Driver& owner);

 private:
  struct Job {
    broker::DiskWork work;
    Driver* owner;
  };
  struct Queue {
    std::mutex mutex;
    std::condition_variable ready;
    std::deque<Job> jobs;
    bool ending = false;
  };
  void work_on(Queue& queue);
  static void end(Queue& queue);

  storage::Directory& directory_;
  std::array<Queue, 8> changes_;  ///< one thread each; a log's is found by its folder's name
  Queue awaited_;
  std::vector<std::thread> threads_;
};

}  // namespace kstream::server
