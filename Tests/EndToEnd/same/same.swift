// One of the callers of test_same_bits.py, which says what they read and write: the host itself, as
// ordinary Swift.
#if canImport(Glibc)
  import Glibc
#endif
import CActZoo

@main struct Same {
  static func main() throws {
    let words = CommandLine.arguments
    let count = Int(words[2])!
    let given = try floats(words[3])
    let parameterCount = given.count - 2 * count

    let memory = UnsafeMutablePointer<Float>.allocate(capacity: given.count)
    memory.initialize(from: given, count: given.count)
    let results = UnsafeMutablePointer<Float>.allocate(capacity: given.count)
    results.initialize(repeating: 0, count: given.count)

    let x = tensor(memory, count)
    let dy = tensor(memory + count, count)
    let y = tensor(results, count)
    let dx = tensor(results + count, count)
    let lists = [memory, results].map { floats in
      let list = UnsafeMutablePointer<UnsafePointer<actzoo_tensor>?>.allocate(capacity: 8)
      for i in 0..<parameterCount { list[i] = tensor(floats + 2 * count + i, 1) }
      return UnsafePointer(list)
    }
    var arguments = actzoo_arguments()
    arguments.size = UInt32(MemoryLayout<actzoo_arguments>.size)
    arguments.x.0 = x
    arguments.y = y
    arguments.parameters = lists[0]
    arguments.parameters_count = UInt64(parameterCount)
    let bound = try Zoo().find(words[1]).bind(Binding())
    try bound.forward(&arguments)
    arguments.dy = dy
    arguments.dx.0 = dx
    arguments.dparameters = lists[1]
    try bound.backward(&arguments)

    let file = fopen(words[4], "w")!
    fwrite(results, 4, given.count, file)
    fclose(file)
  }

  static func floats(_ path: String) throws -> [Float] {
    let file = fopen(path, "r")!
    fseek(file, 0, SEEK_END)
    var values = [Float](repeating: 0, count: ftell(file) / 4)
    rewind(file)
    fread(&values, 4, values.count, file)
    fclose(file)
    return values
  }

  /// Never freed: the process ends soon.
  static func tensor(_ data: UnsafeMutablePointer<Float>, _ count: Int) -> UnsafePointer<
    actzoo_tensor
  > {
    let shape = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    shape.pointee = Int64(count)
    let tensor = UnsafeMutablePointer<actzoo_tensor>.allocate(capacity: 1)
    tensor.initialize(
      to: actzoo_tensor(
        data: data, device_type: 1, device_id: 0, ndim: 1, dtype: ACTZOO_F32, shape: shape,
        strides: nil, byte_offset: 0))
    return UnsafePointer(tensor)
  }
}
