import CActZoo
import CSystem

#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// A function of C dressed as a kernel: forward is the function, called through libffi.
///
/// [concurrent], as far as the function is. Backward is the formula's (`ForeignPair`).
final class ForeignKernel: @unchecked Sendable {
  private let entry: UnsafeMutableRawPointer
  private let isArray: Bool
  private let isDouble: Bool
  private let arguments: [ForeignFunction.Argument]
  /// What libffi knows of the declaration; constant once it is prepared.
  private let cif: UnsafeMutablePointer<ffi_cif>
  private let types: UnsafeMutablePointer<UnsafeMutablePointer<ffi_type>?>
  /// The parameters that are passed, each with its argument's place.
  private let parameters: [(place: Int, index: Int)]
  /// Where x and so on are passed: mostly once.
  private let (xPlaces, gPlaces, yPlaces, countPlaces): ([Int], [Int], [Int], [Int])

  /// Nil if libffi does not serve the declaration.
  ///
  /// Not a failable initializer: Embedded Swift leaks the object that such a one gives up.
  static func of(_ function: ForeignFunction, entry: UnsafeMutableRawPointer) -> ForeignKernel? {
    let kernel = ForeignKernel(function, entry: entry)
    return kernel.prepare() ? kernel : nil
  }

  private init(_ function: ForeignFunction, entry: UnsafeMutableRawPointer) {
    self.entry = entry
    isArray = function.isArray
    isDouble = function.element == "f64"
    arguments = function.arguments
    cif = .allocate(capacity: 1)
    cif.initialize(to: ffi_cif())
    types = .allocate(capacity: arguments.count)
    var parameters: [(place: Int, index: Int)] = []
    for (place, argument) in function.arguments.enumerated() {
      (types + place).initialize(to: ForeignKernel.type(argument.type))
      if case .parameter(let index) = argument.value { parameters.append((place, index)) }
    }
    self.parameters = parameters
    func places(_ value: ForeignFunction.Value) -> [Int] {
      function.arguments.indices.filter { function.arguments[$0].value == value }
    }
    (xPlaces, gPlaces, yPlaces, countPlaces) = (places(.x), places(.g), places(.y), places(.count))
  }

  private func prepare() -> Bool {
    let result =
      isArray ? csystem_ffi_void() : isDouble ? csystem_ffi_double() : csystem_ffi_float()
    return csystem_ffi_prepare(cif, UInt32(arguments.count), result, types) != 0
  }

  deinit {
    cif.deallocate()
    types.deallocate()
  }

  private static func type(_ type: ForeignFunction.CType) -> UnsafeMutablePointer<ffi_type>? {
    switch type {
    case .float: return csystem_ffi_float()
    case .double: return csystem_ffi_double()
    case .int: return csystem_ffi_int()
    case .long: return csystem_ffi_long()
    case .size: return csystem_ffi_size()
    case .input, .output: return csystem_ffi_pointer()
    }
  }

  /// This kernel as a row: the activation that holds it lives as long as its bound handles.
  ///
  /// Nobody says that an array function may write over its input.
  var row: Row {
    Row(
      dtype: isDouble ? ACTZOO_F64 : ACTZOO_F32, flags: isArray ? 0 : ACTZOO_INPLACE_FORWARD,
      itself: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()),
      forward: { itself, call in
        Unmanaged<ForeignKernel>.fromOpaque(itself!).takeUnretainedValue().forward(call!)
      }, backward: nil, fused: nil)
  }

  /// Serves boxes of either type, whatever the function's own is.
  func forward(_ call: UnsafePointer<actzoo_call>) -> actzoo_status {
    let extent = call.pointee.extent
    // Nothing may be looked at then, not even parameters.
    if extent.0 == 0 || extent.1 == 0 || extent.2 == 0 || extent.3 == 0 { return ACTZOO_OK }
    if call.pointee.dtype == ACTZOO_F64 {
      isDouble ? run(call, Double.self, Double.self) : run(call, Double.self, Float.self)
    } else {
      isDouble ? run(call, Float.self, Double.self) : run(call, Float.self, Float.self)
    }
    return ACTZOO_OK
  }

  /// What one thread hands to libffi: a cell for each argument and the addresses of the cells.
  private struct Frame {
    let cells: UnsafeMutablePointer<UInt64>
    let values: UnsafeMutablePointer<UnsafeMutableRawPointer?>

    func store<T>(_ value: T, at place: Int) {
      UnsafeMutableRawPointer(cells + place).storeBytes(of: value, as: T.self)
    }
  }

  private func run<Element: ForeignNumber, Native: ForeignNumber>(
    _ call: UnsafePointer<actzoo_call>, _ element: Element.Type, _ native: Native.Type
  ) {
    let most = ForeignFunction.maximumArguments
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: most) { cells in
      withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: most) { values in
        let frame = Frame(cells: cells.baseAddress!, values: values.baseAddress!)
        for (place, argument) in arguments.enumerated() {
          frame.values[place] = UnsafeMutableRawPointer(frame.cells + place)
          if case .number(let number) = argument.value { store(number, frame, place) }
        }
        if isArray {
          arrays(call, frame, element, native)
        } else {
          points(call, frame, element, native)
        }
      }
    }
  }

  /// A number or a parameter's value, as the declaration's type.
  private func store(_ value: Double, _ frame: Frame, _ place: Int) {
    switch arguments[place].type {
    case .float: frame.store(Float(value), at: place)
    case .double: frame.store(value, at: place)
    case .int: frame.store(Int32(value), at: place)
    case .long, .size, .input, .output: frame.store(Int(value), at: place)
    }
  }

  private func varies(_ call: UnsafePointer<actzoo_call>) -> Bool {
    parameters.contains { call.pointee.param[$0.index].stride.3 != 0 }
  }

  private func storeParameters<Element: ForeignNumber>(
    _ call: UnsafePointer<actzoo_call>, _ frame: Frame, _ at: Place, _ element: Element.Type
  ) {
    for (place, index) in parameters {
      let view = call.pointee.param[index]
      let value = view.data.assumingMemoryBound(to: Element.self)[at.offset(view)]
      store(value.double, frame, place)
    }
  }

  /// One call for each element.
  private func points<Element: ForeignNumber, Native: ForeignNumber>(
    _ call: UnsafePointer<actzoo_call>, _ frame: Frame, _ element: Element.Type,
    _ native: Native.Type
  ) {
    let (x, g, y) = (call.pointee.x.0, call.pointee.x.1, call.pointee.y)
    // Wherever x is passed, libffi is shown one cell.
    let xCell = UnsafeMutableRawPointer(frame.cells + (xPlaces.first ?? 0))
    let gCell = gPlaces.first.map { UnsafeMutableRawPointer(frame.cells + $0) }
    for place in xPlaces { frame.values[place] = xCell }
    for place in gPlaces { frame.values[place] = gCell }
    let isSteady = !varies(call)
    // libffi widens small results to a register.
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 2) { memory in
      let result = UnsafeMutableRawPointer(memory.baseAddress!)
      forEachRow(call) { start, count in
        var at = start
        if isSteady { storeParameters(call, frame, at, element) }
        let from = x.data.assumingMemoryBound(to: Element.self) + at.offset(x)
        let gate = g.data.map { $0.assumingMemoryBound(to: Element.self) + at.offset(g) }
        let to = y.data.assumingMemoryBound(to: Element.self) + at.offset(y)
        for l in 0..<count {
          if !isSteady {
            at.l = Int64(l)
            storeParameters(call, frame, at, element)
          }
          xCell.storeBytes(of: Native(from[l * Int(x.stride.3)].double), as: Native.self)
          if let gate, let gCell {
            gCell.storeBytes(of: Native(gate[l * Int(g.stride.3)].double), as: Native.self)
          }
          csystem_ffi_call(cif, entry, result, frame.values)
          to[l * Int(y.stride.3)] = Element(result.load(as: Native.self).double)
        }
      }
    }
  }

  /// One call for each stretch of elements that shares its parameters.
  ///
  /// What is not of the function's type, or not side by side, is copied block by block.
  private func arrays<Element: ForeignNumber, Native: ForeignNumber>(
    _ call: UnsafePointer<actzoo_call>, _ frame: Frame, _ element: Element.Type,
    _ native: Native.Type
  ) {
    let (x, g, y) = (call.pointee.x.0, call.pointee.x.1, call.pointee.y)
    let isDense =
      x.stride.3 == 1 && y.stride.3 == 1 && (g.data == nil || g.stride.3 == 1)
      || call.pointee.extent.3 == 1
    let isDirect = isDense && MemoryLayout<Element>.size == MemoryLayout<Native>.size
    let most = varies(call) ? 1 : isDirect ? ForeignKernel.stretch : ForeignKernel.block
    let capacity = isDirect ? 1 : 3 * most
    let nothing: UnsafeMutableRawPointer? = nil
    withUnsafeTemporaryAllocation(of: Native.self, capacity: capacity) { memory in
      let copies = memory.baseAddress!
      forEachRow(call) { start, count in
        var at = start
        while Int(at.l) < count {
          let length = min(most, count - Int(at.l))
          storeParameters(call, frame, at, element)
          let from = x.data.assumingMemoryBound(to: Element.self) + at.offset(x)
          let gate = g.data.map { $0.assumingMemoryBound(to: Element.self) + at.offset(g) }
          let to = y.data.assumingMemoryBound(to: Element.self) + at.offset(y)
          if isDirect {
            point(frame, address(from), address(gate ?? from), address(to), length)
            csystem_ffi_call(cif, entry, nothing, frame.values)
          } else {
            for l in 0..<length { copies[l] = Native(from[l * Int(x.stride.3)].double) }
            if let gate {
              for l in 0..<length { copies[most + l] = Native(gate[l * Int(g.stride.3)].double) }
            }
            let result = copies + 2 * most
            point(frame, address(copies), address(copies + most), address(result), length)
            csystem_ffi_call(cif, entry, nothing, frame.values)
            for l in 0..<length { to[l * Int(y.stride.3)] = Element(result[l].double) }
          }
          at.l += Int64(length)
        }
      }
    }
  }

  /// Elements of one call at most: what an `int` holds, and what a copy on the stack holds.
  private static let (stretch, block) = (1 << 30, 1024)

  /// Shows libffi the arrays of one call.
  private func point(_ frame: Frame, _ x: UInt, _ g: UInt, _ y: UInt, _ count: Int) {
    for place in xPlaces { frame.store(x, at: place) }
    for place in gPlaces { frame.store(g, at: place) }
    for place in yPlaces { frame.store(y, at: place) }
    for place in countPlaces { store(Double(count), frame, place) }
  }

  private func address<T>(_ pointer: UnsafeMutablePointer<T>) -> UInt { UInt(bitPattern: pointer) }

  /// Every row of the box along its innermost axis.
  private func forEachRow(
    _ call: UnsafePointer<actzoo_call>, _ body: (Place, Int) -> Void
  ) {
    let extent = call.pointee.extent
    for i in 0..<extent.0 {
      for j in 0..<extent.1 {
        for k in 0..<extent.2 { body(Place(i: i, j: j, k: k, l: 0), Int(extent.3)) }
      }
    }
  }

  /// One place of the box.
  private struct Place {
    let i, j, k: Int64
    var l: Int64

    @inline(__always)
    func offset(_ view: actzoo_view) -> Int {
      let s = view.stride
      return Int(i * s.0 + j * s.1 + k * s.2 + l * s.3)
    }
  }
}

/// Float and Double, through which the other is reached without loss.
private protocol ForeignNumber {
  init(_ value: Double)
  var double: Double { get }
}

extension Float: ForeignNumber {
  @inline(__always) fileprivate var double: Double { Double(self) }
}

extension Double: ForeignNumber {
  @inline(__always) fileprivate var double: Double { self }
}

/// A foreign function's forward and the formula's backward: what a fused pass runs.
final class ForeignPair: @unchecked Sendable {
  private let foreign: ForeignKernel
  private let backwardRow: Row

  /// Nil unless there are both; whoever evaluates `formula` is kept alive by the bound handle, as this is.
  ///
  /// Not a failable initializer: Embedded Swift leaks the object that such a one gives up.
  static func of(_ foreign: ForeignKernel?, formula: Row?) -> ForeignPair? {
    guard let foreign, let formula, formula.backward != nil else { return nil }
    return ForeignPair(foreign, formula)
  }

  private init(_ foreign: ForeignKernel, _ formula: Row) {
    self.foreign = foreign
    backwardRow = formula
  }

  /// Of the formula's type.
  var row: Row {
    let writesInPlace = foreign.row.flags & ACTZOO_INPLACE_FORWARD != 0
    return Row(
      dtype: backwardRow.dtype,
      flags: writesInPlace ? backwardRow.flags : backwardRow.flags & ~ACTZOO_INPLACE_FORWARD,
      itself: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()),
      forward: { itself, call in ForeignPair.from(itself).foreign.forward(call!) },
      backward: { itself, call in
        let row = ForeignPair.from(itself).backwardRow
        return row.backward!(row.itself, call)
      }, fused: nil)
  }

  private static func from(_ pointer: UnsafeRawPointer?) -> ForeignPair {
    Unmanaged<ForeignPair>.fromOpaque(pointer!).takeUnretainedValue()
  }
}
