import CSystem

// libactzoo.so: contract 2 over the Swift host, compiled with Formula and ZooHost as one module in
// Embedded mode, so that it needs libc and libm alone.

/// Swift's hashing wants `arc4random_buf`, which glibc has only since 2.36.
///
/// This one, hidden by the version script, keeps the library usable on glibc 2.34.
@c(arc4random_buf)
public func arc4random_buf(_ buffer: UnsafeMutableRawPointer?, _ count: Int) {
  guard let buffer else { return }
  var done = 0
  while done < count {
    let got = getrandom(buffer + done, count - done, 0)
    if got > 0 { done += got }
  }
}
