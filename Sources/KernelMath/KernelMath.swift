// KernelMath
