import CActZoo

/// Runs `body(0)` to `body(count - 1)` on the caller's executor, or on the host's own threads.
func dispatch(
  _ count: Int, _ executor: UnsafePointer<actzoo_executor>?, _ body: (Int) -> Void
) {
  guard let executor = executor?.pointee else {
    ThreadPool.shared.run(count, body)
    return
  }
  withoutActuallyEscaping(body) { body in
    withUnsafePointer(to: body) { body in
      if let parallelFor = executor.parallel_for {
        parallelFor(
          executor.context, UInt64(count),
          { argument, index in
            argument!.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(index))
          }, UnsafeMutableRawPointer(mutating: body))
      } else {
        scheduled(count, executor, body)
      }
    }
  }
}

/// Queues helpers and works itself.
///
/// A helper that the executor starts late, even after the call has returned, finds the counter used
/// up and only lets go of the job.
private func scheduled(
  _ count: Int, _ executor: actzoo_executor, _ body: UnsafePointer<(Int) -> Void>
) {
  let helpers = min(Int(executor.concurrency), count) - 1
  let job = Job(count: count, helpers: helpers, body: body)
  for _ in 0..<max(helpers, 0) {
    executor.schedule(
      executor.context, { Unmanaged<Job>.fromOpaque($0!).takeRetainedValue().work() },
      Unmanaged.passRetained(job).toOpaque())
  }
  job.work()
  job.waitForStarted()
}
