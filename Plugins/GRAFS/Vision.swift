// The functions that the search found for vision transformers: x^2 and a gate of GELUs and SiLUs, weighted.

/// GRAFS-ViT-1: 0.3399 x^2 + 0.6601 gelu(silu(x) gelu(x)).
///
/// grafs-vit-1(NaN) = NaN, grafs-vit-1(±inf) = inf.
/// Source: arXiv:2408.06820.
enum GRAFSViT1: Activation {
  /// square x^2 + rest gelu(silu(x) gelu(x)); the product is 0 at -inf.
  @inline(__always) static func mix<N: Number>(_ x: N, square: N, rest: N) -> N {
    let gate = select(x < -2000, 0, silu(x) * gelu(x))
    return fma(square * x, x, rest * gelu(gate))
  }

  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    mix(a.x, square: 0.3399, rest: 0.6601)
  }
}

/// GRAFS-ViT-2: 0.2678 x^2 + 0.7322 silu(0.2822 x^2 + 0.7178 gelu(x)).
///
/// grafs-vit-2(NaN) = NaN, grafs-vit-2(±inf) = inf.
/// Source: arXiv:2408.06820.
enum GRAFSViT2: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    let x = a.x
    let inner = fma(0.2822 * x, x, 0.7178 * gelu(x))
    return fma(0.2678 * x, x, 0.7322 * silu(inner))
  }
}

/// GRAFS-ViT-3: 0.2681 x^2 + 0.7319 gelu(silu(x) gelu(x)).
///
/// grafs-vit-3(NaN) = NaN, grafs-vit-3(±inf) = inf.
/// Source: arXiv:2408.06820.
enum GRAFSViT3: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    GRAFSViT1.mix(a.x, square: 0.2681, rest: 0.7319)
  }
}

/// GRAFS-ViT-4: 0.3222 x^2 + 0.6778 gelu(silu(x) gelu(x)).
///
/// grafs-vit-4(NaN) = NaN, grafs-vit-4(±inf) = inf.
/// Source: arXiv:2408.06820.
enum GRAFSViT4: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    GRAFSViT1.mix(a.x, square: 0.3222, rest: 0.6778)
  }
}

/// GRAFS-ViT-5: 0.3139 x^2 + 0.5431 gelu(x).
///
/// grafs-vit-5(NaN) = NaN, grafs-vit-5(±inf) = inf.
/// Source: arXiv:2408.06820.
enum GRAFSViT5: Activation {
  /// The formula.
  @inline(__always) static func value<N: Number>(_ a: Arguments<N>) -> N {
    fma(0.3139 * a.x, a.x, 0.5431 * gelu(a.x))
  }
}
