import ZooHost

/// Runs `body` for every index in 0..<count on the threads of the process, the caller's among them, and
/// returns after the last.
///
/// Callers cut their work by shape alone and write disjoint elements, so that results do not depend on
/// the number of threads.
func parallel(_ count: Int, _ body: (Int) -> Void) {
  ThreadPool.shared.run(count, body)
}

/// As `parallel(_:_:)` over contiguous ranges of at most `size` elements of 0..<count.
func parallel(_ count: Int, by size: Int, _ body: (Range<Int>) -> Void) {
  let shards = (count + size - 1) / size
  if shards <= 1 {
    if count > 0 { body(0..<count) }
    return
  }
  parallel(shards) { shard in
    body(shard * size..<min(count, (shard + 1) * size))
  }
}
