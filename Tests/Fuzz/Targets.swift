import CSystem

// All targets are one program, so that what they share is compiled once; FUZZ_TARGET says which it is.

private let target = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""

/// Called by the fuzzer for every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  switch target {
  case "descriptor": fuzzDescriptor(data, count)
  case "program": fuzzProgram(data, count)
  case "elf": fuzzElf(data, count)
  default: fatalError("FUZZ_TARGET is '\(target)'; the targets are descriptor, program and elf")
  }
  return 0
}
