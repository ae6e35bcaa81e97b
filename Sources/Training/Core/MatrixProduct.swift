/// A matrix as a product reads it: elements in row-major order, used as they lie or transposed.
struct Matrix {
  let data: UnsafePointer<Float>
  /// Elements from one row, as it lies in memory, to the next.
  let stride: Int
  /// Whether the product uses the transpose of what lies in memory.
  let isTransposed: Bool

  init(_ data: UnsafePointer<Float>, stride: Int, transposed: Bool = false) {
    self.data = data
    self.stride = stride
    isTransposed = transposed
  }

  /// The matrix from the given row on, in the product's sense.
  func fromRow(_ row: Int) -> UnsafePointer<Float> { data + (isTransposed ? row : row * stride) }
  /// The matrix from the given column on, in the product's sense.
  func fromColumn(_ column: Int) -> UnsafePointer<Float> {
    data + (isTransposed ? column * stride : column)
  }
}

/// Where a product's result starts from.
enum ProductStart {
  case zero
  /// Adds to what is there.
  case current
  /// Adds to this row, repeated: the bias of a linear layer.
  case row(UnsafePointer<Float>)
}

extension Blas {
  /// c = start + a b, where a is (m, k), b is (k, n) and c is (m, n), row-major and dense.
  ///
  /// The result is cut into bands along its longer side. Where the cuts lie depends on the shape alone,
  /// and each band is one single-threaded call, so the bits are the same for any number of threads
  /// (OpenBLAS's own threading does not keep them). 128 rows or columns a band cost under 8 % of one
  /// undivided call in 512-wide layers; 64 cost up to 20 %.
  func multiply(
    _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, m: Int, n: Int, k: Int,
    startingWith start: ProductStart = .zero
  ) {
    let along = max(m, n)
    // At most 16 bands: enough for the threads of a desktop, few enough that packing stays cheap.
    let band = max(128, (along / 16 + 63) / 64 * 64)
    parallel(along, by: m * n * k < 1 << 18 ? along : band) { range in
      if m >= n {
        tile(
          a.fromRow(range.lowerBound), a, b.data, b, c + range.lowerBound * n, range.count, n, k, n,
          start)
      } else {
        var start = start
        if case .row(let bias) = start { start = .row(bias + range.lowerBound) }
        tile(
          a.data, a, b.fromColumn(range.lowerBound), b, c + range.lowerBound, m, range.count, k, n,
          start)
      }
    }
  }

  private func tile(
    _ a: UnsafePointer<Float>, _ aLayout: Matrix, _ b: UnsafePointer<Float>, _ bLayout: Matrix,
    _ c: UnsafeMutablePointer<Float>, _ m: Int, _ n: Int, _ k: Int, _ stride: Int,
    _ start: ProductStart
  ) {
    var beta: Float = 1
    switch start {
    case .zero: beta = 0
    case .current: break
    case .row(let bias):
      for row in 0..<m { (c + row * stride).update(from: bias, count: n) }
    }
    let rowMajor: Int32 = 101
    let asItLies: Int32 = 111
    let transposed: Int32 = 112
    sgemm(
      rowMajor, aLayout.isTransposed ? transposed : asItLies,
      bLayout.isTransposed ? transposed : asItLies, Int32(m), Int32(n), Int32(k), 1, a,
      Int32(aLayout.stride), b, Int32(bLayout.stride), beta, c, Int32(stride))
  }
}
