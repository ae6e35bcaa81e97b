/* The functions of LibTorch's stable ABI that torch.c calls, declared by hand from
 * torch/csrc/inductor/aoti_torch/c/shim.h and torch/csrc/stable/c/shim.h (2.10 and later), so that
 * building needs no torch. tests/test_torch_shim.py compares every declaration with the headers of the
 * torch that is installed. */
#ifndef ACTZOO_TORCH_STABLE_H
#define ACTZOO_TORCH_STABLE_H
#include <stdbool.h>
#include <stdint.h>

/* Version 2.10 of the ABI, in the form that torch/csrc/stable/version.h gives it. */
#define TORCH_STABLE_2_10 ((UINT64_C(2) << 56) | (UINT64_C(10) << 48))

typedef int32_t  AOTITorchError; /* 0 = success */
typedef uint64_t StableIValue;   /* an int as it is, a tensor as an owned AtenTensorHandle */
typedef struct AtenTensorOpaque   *AtenTensorHandle;
typedef struct TorchLibraryOpaque *TorchLibraryHandle;
typedef void (*ParallelFunc)(int64_t begin, int64_t end, void *ctx);

int32_t aoti_torch_device_type_cpu(void);
int32_t aoti_torch_layout_strided(void);
int32_t aoti_torch_dtype_float16(void);
int32_t aoti_torch_dtype_bfloat16(void);
int32_t aoti_torch_dtype_float32(void);
int32_t aoti_torch_dtype_float64(void);

AOTITorchError aoti_torch_get_data_ptr(AtenTensorHandle tensor, void **ret_data_ptr);
AOTITorchError aoti_torch_get_dim(AtenTensorHandle tensor, int64_t *ret_dim);
AOTITorchError aoti_torch_get_sizes(AtenTensorHandle tensor, int64_t **ret_sizes);
AOTITorchError aoti_torch_get_strides(AtenTensorHandle tensor, int64_t **ret_strides);
AOTITorchError aoti_torch_get_dtype(AtenTensorHandle tensor, int32_t *ret_dtype);
AOTITorchError aoti_torch_get_device_type(AtenTensorHandle tensor, int32_t *ret_device_type);
AOTITorchError aoti_torch_get_layout(AtenTensorHandle tensor, int32_t *ret_layout);
AOTITorchError aoti_torch_delete_tensor_object(AtenTensorHandle tensor);
AOTITorchError aoti_torch_empty_strided(int64_t ndim, const int64_t *sizes_ptr,
                                        const int64_t *strides_ptr, int32_t dtype, int32_t device_type,
                                        int32_t device_index, AtenTensorHandle *ret_new_tensor);

/* Throws a C++ exception, which Python sees as a RuntimeError, unless cond. */
void aoti_torch_check(bool cond, const char *func, const char *file, uint32_t line, const char *msg);

AOTITorchError aoti_torch_library_init_fragment(const char *ns, const char *file, uint32_t line,
                                                TorchLibraryHandle *ret_new_torch_lib);
AOTITorchError aoti_torch_library_init_impl(const char *ns, const char *k, const char *file,
                                            uint32_t line, TorchLibraryHandle *ret_new_torch_lib);
AOTITorchError aoti_torch_library_def(TorchLibraryHandle self, const char *schema);
AOTITorchError torch_library_impl(TorchLibraryHandle self, const char *name,
                                  void (*fn)(StableIValue *, uint64_t, uint64_t),
                                  uint64_t extension_build_version);
AOTITorchError torch_parallel_for(int64_t begin, int64_t end, int64_t grain_size, ParallelFunc func,
                                  void *ctx);
AOTITorchError torch_get_num_threads(uint32_t *out_num_threads);
#endif
