/* The part of XLA's foreign function interface that jax.c uses: version 0.1, the oldest that JAX 0.10 takes.
 *
 * Declared by hand so that building needs no JAX; Bindings/python/tests/test_jax_native.py compares sizes,
 * offsets and values with the installed xla/ffi/api/c_api.h. XLA keeps fields where they are and adds
 * new ones at the end; struct_size tells what the other side has. */
#ifndef ACTZOO_XLA_FFI_H
#define ACTZOO_XLA_FFI_H
#include <stddef.h>
#include <stdint.h>

#define XLA_FFI_API_MAJOR 0
#define XLA_FFI_API_MINOR 1

typedef struct XLA_FFI_Error            XLA_FFI_Error;
typedef struct XLA_FFI_ExecutionContext XLA_FFI_ExecutionContext;

typedef enum { XLA_FFI_Extension_Metadata = 1 } XLA_FFI_Extension_Type;

typedef struct XLA_FFI_Extension_Base {
  size_t                         struct_size;
  XLA_FFI_Extension_Type         type;
  struct XLA_FFI_Extension_Base *next;
} XLA_FFI_Extension_Base;

typedef struct XLA_FFI_Api_Version {
  size_t                  struct_size;
  XLA_FFI_Extension_Base *extension_start;
  int                     major_version;
  int                     minor_version;
} XLA_FFI_Api_Version;

typedef enum {
  XLA_FFI_Error_Code_INVALID_ARGUMENT = 3,
  XLA_FFI_Error_Code_NOT_FOUND = 5,
  XLA_FFI_Error_Code_UNIMPLEMENTED = 12,
  XLA_FFI_Error_Code_INTERNAL = 13
} XLA_FFI_Error_Code;

typedef enum {
  XLA_FFI_DataType_S64 = 5,
  XLA_FFI_DataType_F16 = 10,
  XLA_FFI_DataType_F32 = 11,
  XLA_FFI_DataType_F64 = 12,
  XLA_FFI_DataType_BF16 = 16
} XLA_FFI_DataType;

typedef enum { XLA_FFI_ArgType_BUFFER = 1 } XLA_FFI_ArgType;
typedef enum { XLA_FFI_RetType_BUFFER = 1 } XLA_FFI_RetType;
typedef enum { XLA_FFI_AttrType_SCALAR = 3, XLA_FFI_AttrType_STRING = 4 } XLA_FFI_AttrType;
typedef enum { XLA_FFI_ExecutionStage_EXECUTE = 3 } XLA_FFI_ExecutionStage;

typedef struct XLA_FFI_Buffer {
  size_t                  struct_size;
  XLA_FFI_Extension_Base *extension_start;
  XLA_FFI_DataType        dtype;
  void                   *data;
  int64_t                 rank;
  int64_t                *dims;
} XLA_FFI_Buffer;

typedef struct XLA_FFI_ByteSpan {
  const char *ptr;
  size_t      len;
} XLA_FFI_ByteSpan;

typedef struct XLA_FFI_Scalar {
  XLA_FFI_DataType dtype;
  void            *value;
} XLA_FFI_Scalar;

typedef struct XLA_FFI_Args {
  size_t                  struct_size;
  XLA_FFI_Extension_Base *extension_start;
  int64_t                 size;
  XLA_FFI_ArgType        *types;
  void                  **args;
} XLA_FFI_Args;

typedef struct XLA_FFI_Rets {
  size_t                  struct_size;
  XLA_FFI_Extension_Base *extension_start;
  int64_t                 size;
  XLA_FFI_RetType        *types;
  void                  **rets;
} XLA_FFI_Rets;

/* Sorted by name. */
typedef struct XLA_FFI_Attrs {
  size_t                  struct_size;
  XLA_FFI_Extension_Base *extension_start;
  int64_t                 size;
  XLA_FFI_AttrType       *types;
  XLA_FFI_ByteSpan      **names;
  void                  **attrs;
} XLA_FFI_Attrs;

typedef struct XLA_FFI_Api XLA_FFI_Api;

typedef struct XLA_FFI_CallFrame {
  size_t                    struct_size;
  XLA_FFI_Extension_Base   *extension_start;
  const XLA_FFI_Api        *api;
  XLA_FFI_ExecutionContext *ctx;
  XLA_FFI_ExecutionStage    stage;
  XLA_FFI_Args              args;
  XLA_FFI_Rets              rets;
  XLA_FFI_Attrs             attrs;
} XLA_FFI_CallFrame;

typedef struct XLA_FFI_Error_Create_Args {
  size_t                  struct_size;
  XLA_FFI_Extension_Base *extension_start;
  const char             *message;
  XLA_FFI_Error_Code      errc;
} XLA_FFI_Error_Create_Args;

typedef struct XLA_FFI_Error_Destroy_Args {
  size_t                  struct_size;
  XLA_FFI_Extension_Base *extension_start;
  XLA_FFI_Error          *error;
} XLA_FFI_Error_Destroy_Args;

typedef void XLA_FFI_Task(void *data);

typedef struct XLA_FFI_ThreadPool_Schedule_Args {
  size_t                    struct_size;
  XLA_FFI_Extension_Base   *extension_start;
  XLA_FFI_ExecutionContext *ctx;
  XLA_FFI_Task             *task;
  void                     *data;
} XLA_FFI_ThreadPool_Schedule_Args;

typedef struct XLA_FFI_ThreadPool_NumThreads_Args {
  size_t                    struct_size;
  XLA_FFI_Extension_Base   *extension_start;
  XLA_FFI_ExecutionContext *ctx;
  int64_t                  *num_threads;
} XLA_FFI_ThreadPool_NumThreads_Args;

/* Functions that jax.c does not call stand as pointers without a type. */
struct XLA_FFI_Api {
  size_t                  struct_size;
  XLA_FFI_Extension_Base *extension_start;
  XLA_FFI_Api_Version     api_version;
  const void             *internal_api;
  XLA_FFI_Error *(*XLA_FFI_Error_Create)(XLA_FFI_Error_Create_Args *);
  void *XLA_FFI_Error_GetMessage;
  void (*XLA_FFI_Error_Destroy)(XLA_FFI_Error_Destroy_Args *);
  void *XLA_FFI_Handler_Register;
  void *XLA_FFI_Stream_Get;
  void *XLA_FFI_Type_Register;
  void *XLA_FFI_ExecutionContext_Get;
  void *XLA_FFI_State_Set;
  void *XLA_FFI_State_Get;
  void *XLA_FFI_DeviceMemory_Allocate;
  void *XLA_FFI_DeviceMemory_Free;
  XLA_FFI_Error *(*XLA_FFI_ThreadPool_Schedule)(XLA_FFI_ThreadPool_Schedule_Args *);
  XLA_FFI_Error *(*XLA_FFI_ThreadPool_NumThreads)(XLA_FFI_ThreadPool_NumThreads_Args *);
};

/* XLA asks a handler what it was made for before the first call: an extension of an empty frame. */
typedef struct XLA_FFI_Metadata {
  size_t              struct_size;
  XLA_FFI_Api_Version api_version;
  uint32_t            traits;
} XLA_FFI_Metadata;

typedef struct XLA_FFI_Metadata_Extension {
  XLA_FFI_Extension_Base extension_base;
  XLA_FFI_Metadata      *metadata;
} XLA_FFI_Metadata_Extension;
#endif
