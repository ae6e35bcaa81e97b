import CSystem

/// A stream of random numbers that depends on a seed and a name, and on nothing else.
///
/// Philox 4x32-10: a block of four 32-bit words is a bijective scramble of a 128-bit counter under a
/// 64-bit key. The key is the seed; the upper half of the counter is a hash of the stream's name, the
/// lower half counts blocks. So the numbers for initialisation, for shuffling and for each layer's noise
/// never meet, no stream's numbers depend on how many another has drawn, and any position can be reached
/// at once, which is what makes resuming exact.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: Sendable {
  private let key: (UInt32, UInt32)
  private let stream: (UInt32, UInt32)
  private var block: UInt64 = 0
  private var buffer: SIMD4<UInt32> = .zero
  private var unused = 0

  /// The stream of a seed and a name.
  public init(seed: UInt64, _ name: String) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let hash = fnv1a(name.utf8)
    stream = (UInt32(truncatingIfNeeded: hash), UInt32(truncatingIfNeeded: hash >> 32))
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if unused == 0 {
      buffer = philox4x32(
        counter: SIMD4(
          UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
          stream.0, stream.1), key: key)
      block &+= 1
      unused = 4
    }
    unused -= 1
    return buffer[3 - unused]
  }

  /// The next 64 random bits.
  public mutating func nextUInt64() -> UInt64 {
    let low = next()
    return UInt64(next()) << 32 | UInt64(low)
  }

  /// Uniform in [0, 1), a multiple of 2^-53.
  public mutating func uniform() -> Double { Double(nextUInt64() >> 11) * 0x1p-53 }

  /// Uniform in [low, high).
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  /// Standard normal, by Box and Muller's polar-free form; draws two uniforms for each.
  public mutating func normal() -> Double {
    let radius = (-2 * log1p(-uniform())).squareRoot()  // 1 - u is never 0
    return radius * cos(2 * Double.pi * uniform())
  }

  /// Uniform in 0..<bound without bias (Lemire's multiplication, arXiv:1805.10941).
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max))
    let range = UInt32(bound)
    var product = UInt64(next()) * UInt64(range)
    if UInt32(truncatingIfNeeded: product) < range {
      let rejected = (0 &- range) % range  // 2^32 mod range
      while UInt32(truncatingIfNeeded: product) < rejected {
        product = UInt64(next()) * UInt64(range)
      }
    }
    return Int(product >> 32)
  }

  /// Puts the elements in random order (Fisher and Yates).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, index(below: last + 1))
    }
  }
}

/// One block of Philox 4x32 with ten rounds; multipliers and key increments are the paper's.
func philox4x32(counter: SIMD4<UInt32>, key: (UInt32, UInt32)) -> SIMD4<UInt32> {
  var c = counter
  var k = key
  for _ in 0..<10 {
    let first = UInt64(c[0]) * 0xD251_1F53
    let second = UInt64(c[2]) * 0xCD9E_8D57
    c = SIMD4(
      UInt32(truncatingIfNeeded: second >> 32) ^ c[1] ^ k.0, UInt32(truncatingIfNeeded: second),
      UInt32(truncatingIfNeeded: first >> 32) ^ c[3] ^ k.1, UInt32(truncatingIfNeeded: first))
    k = (k.0 &+ 0x9E37_79B9, k.1 &+ 0xBB67_AE85)
  }
  return c
}

/// The 64-bit FNV-1a hash: stable over runs and machines, which Swift's `Hasher` is not.
func fnv1a(_ bytes: some Sequence<UInt8>, from start: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
  var hash = start
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return hash
}
