import CConformance
import CSystem

extension Checks {
  static let fp: [Check] = [
    Check(
      "control-word", .fp, rule: "P5",
      summary: """
        Every pass is called under each of the four rounding modes, with subnormals on and off, and \
        must leave the control word as it found it; that of long double likewise.
        """,
      why: """
        A kernel that turns subnormals off for speed and forgets to turn them on again changes what all \
        code of the thread computes from then on.
        """,
      mend: """
        Do not write MXCSR, FPCR or the x87 control word (_mm_setcsr, fesetround, fesetenv, fldcw, \
        _MM_SET_FLUSH_ZERO_MODE); if you must, put back what was there before you return.
        """,
      mutants: ["leaves-ftz", "leaves-rounding", "leaves-x87-single"], run: controlWord),
    Check(
      "fp-flags", .fp, rule: "P5", isAdvice: true,
      summary: """
        Calls with everyday inputs and finite results must not raise the exceptions invalid and division \
        by zero, whatever the length of the row.
        """,
      why: """
        Programs that trap these exceptions to find their own faults stop in the plugin; NumPy prints \
        warnings about lanes that were never asked for.
        """,
      mend: """
        Fill the unused lanes of the last vector with a harmless number (0, or the last element); choose \
        between operands instead of between results.
        """,
      mutants: ["raises-invalid", "raises-divide"], run: exceptionFlags),
    Check(
      "ftz-tolerated", .fp, rule: "P10", isAdvice: true,
      summary: """
        Under a caller that flushes subnormals to zero, results differ from the ordinary ones by no more \
        than small multiples of the smallest normal number, beyond their claims.
        """,
      why:
        "Audio programs, and PyTorch with set_flush_denormal, run all of their code in this way.",
      mend: """
        Do not build large results from subnormal intermediate ones, and do not take apart the bits of \
        numbers that may be subnormal.
        """,
      mutants: ["ftz-garbage"], run: flushTolerated),
  ]
}
