/// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011):
/// a counter turned into four random words by ten rounds, so that any part of a stream can be made alone.
struct Philox {
  private let key: (UInt32, UInt32)

  init(seed: UInt64) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// Words 4 * block to 4 * block + 3 of the stream.
  func words(_ block: UInt64) -> (UInt32, UInt32, UInt32, UInt32) {
    var a = UInt32(truncatingIfNeeded: block)
    var b = UInt32(truncatingIfNeeded: block >> 32)
    var c: UInt32 = 0
    var d: UInt32 = 0
    var (k0, k1) = key
    for _ in 0..<10 {
      let p = UInt64(0xD251_1F53) * UInt64(a)
      let q = UInt64(0xCD9E_8D57) * UInt64(c)
      a = UInt32(truncatingIfNeeded: q >> 32) ^ b ^ k0
      c = UInt32(truncatingIfNeeded: p >> 32) ^ d ^ k1
      b = UInt32(truncatingIfNeeded: q)
      d = UInt32(truncatingIfNeeded: p)
      k0 = k0 &+ 0x9E37_79B9  // golden ratio
      k1 = k1 &+ 0xBB67_AE85  // sqrt(3) - 1
    }
    return (a, b, c, d)
  }

  /// Writes `count` numbers of the stream from `first` on, each `step` after the one before.
  ///
  /// They are uniform in [0, 1) and multiples of 2^-24.
  func fill(_ values: UnsafeMutablePointer<Float>, count: Int, first: UInt64, step: UInt64) {
    var block = first >> 2
    var words = self.words(block)
    var index = first
    for i in 0..<count {
      if index >> 2 != block {
        block = index >> 2
        words = self.words(block)
      }
      let word: UInt32
      switch index & 3 {
      case 0: word = words.0
      case 1: word = words.1
      case 2: word = words.2
      default: word = words.3
      }
      values[i] = Float(word >> 8) * 0x1p-24
      index = index &+ step
    }
  }
}

/// Writes numbers `offset` to `offset + count - 1` of stream `seed` (actzoo_noise).
public func fillNoise(
  seed: UInt64, offset: UInt64, _ values: UnsafeMutablePointer<Float>, count: Int
) {
  Philox(seed: seed).fill(values, count: count, first: offset, step: 1)
}
