/* libffi, with what Swift cannot say of it (types that are global variables), and the loader's tables of
 * symbols. Inline, so that only who calls a function has to link libffi; statically, as libffi_pic.a. */
#ifndef ACTZOO_FOREIGN_H
#define ACTZOO_FOREIGN_H
#include "csystem.h"
#include <ffi.h>
#include <link.h>

static inline ffi_type *csystem_ffi_void(void) { return &ffi_type_void; }
static inline ffi_type *csystem_ffi_float(void) { return &ffi_type_float; }
static inline ffi_type *csystem_ffi_double(void) { return &ffi_type_double; }
static inline ffi_type *csystem_ffi_pointer(void) { return &ffi_type_pointer; }
static inline ffi_type *csystem_ffi_int(void) { return &ffi_type_sint; }
static inline ffi_type *csystem_ffi_long(void) { return &ffi_type_slong; }
static inline ffi_type *csystem_ffi_size(void) {
  return sizeof(size_t) == 8 ? &ffi_type_uint64 : &ffi_type_uint32;
}

/* A call's description. Lives as long as the caller keeps both blocks. 1 if libffi takes it. */
static inline int csystem_ffi_prepare(ffi_cif *cif, unsigned count, ffi_type *result,
                                      ffi_type **types) {
  return ffi_prep_cif(cif, FFI_DEFAULT_ABI, count, result, types) == FFI_OK;
}

/* dlsym gives data addresses and function addresses alike. */
static inline void csystem_ffi_call(ffi_cif *cif, void *function, void *result, void **values) {
  ffi_call(cif, FFI_FN(function), result, values);
}

/* Memory for a function made at run time, and in *code its address; NULL where the system forbids it. */
static inline void *csystem_ffi_closure(void **code) {
  return ffi_closure_alloc(sizeof(ffi_closure), code);
}
static inline void csystem_ffi_closure_free(void *closure) { ffi_closure_free(closure); }
typedef void (*csystem_ffi_handler)(ffi_cif *cif, void *result, void **values, void *itself);
/* From here on a call of `code` is a call of `handler` with `itself`. 1 if libffi can. */
static inline int csystem_ffi_close(void *closure, ffi_cif *cif, csystem_ffi_handler handler,
                                    void *itself, void *code) {
  return ffi_prep_closure_loc((ffi_closure *)closure, cif, handler, itself, code) == FFI_OK;
}

/* The loader's functions that are declared only with _GNU_SOURCE, under names that clash with nobody's. */
typedef struct {
  ElfW(Addr) address;
  const char *name;
  const ElfW(Phdr) * headers;
  ElfW(Half) count;
} csystem_object;
int csystem_iterate(int (*look)(csystem_object *object, size_t size, void *data),
                    void *data) __asm__("dl_iterate_phdr");
int csystem_dlinfo(void *handle, int request, void *answer) __asm__("dlinfo");
#define CSYSTEM_LINK_MAP 2 /* RTLD_DI_LINKMAP */

typedef struct {
  uintptr_t address;
  int       is_code;
} csystem_search;

static inline int csystem_look(csystem_object *object, size_t size, void *data) {
  csystem_search *search = (csystem_search *)data;
  (void)size;
  for (int i = 0; i < object->count; i++) {
    const ElfW(Phdr) *p = &object->headers[i];
    if (p->p_type == PT_LOAD && search->address - (object->address + p->p_vaddr) < p->p_memsz) {
      search->is_code = (p->p_flags & PF_X) != 0;
      return 1;
    }
  }
  return 0;
}

/* Whether an address of a loaded library can be called: a variable's cannot. */
static inline int csystem_is_code(const void *address) {
  csystem_search search = {(uintptr_t)address, 0};
  csystem_iterate(csystem_look, &search);
  return search.is_code;
}

/* A library's dynamic symbols, for messages: what `handle` exports, and nothing of what it needs. */
typedef struct {
  const ElfW(Sym) * symbols;
  const char *strings;
  uint64_t    count;
} csystem_symbols;

static inline csystem_symbols csystem_symbol_table(void *handle) {
  csystem_symbols  none = {NULL, NULL, 0}, table = none;
  struct link_map *map = NULL;
  const uint32_t  *hash = NULL;
  if (csystem_dlinfo(handle, CSYSTEM_LINK_MAP, &map) != 0 || !map || !map->l_ld) return none;
  for (const ElfW(Dyn) *d = map->l_ld; d->d_tag != DT_NULL; d++) {
    /* glibc has added the load address here already (not on every architecture, and not for the
     * kernel's own object: an address below the library's is left alone). */
    if (d->d_un.d_ptr < map->l_addr) continue;
    if (d->d_tag == DT_SYMTAB) table.symbols = (const ElfW(Sym) *)d->d_un.d_ptr;
    if (d->d_tag == DT_STRTAB) table.strings = (const char *)d->d_un.d_ptr;
    if (d->d_tag == DT_GNU_HASH) hash = (const uint32_t *)d->d_un.d_ptr;
  }
  if (!table.symbols || !table.strings || !hash) return none;
  /* The last symbol is the last of the chain that starts highest. */
  const uint32_t  buckets = hash[0], first = hash[1], words = hash[2];
  const uint32_t *bucket = hash + 4 + words * (sizeof(ElfW(Addr)) / 4), *chain = bucket + buckets;
  uint32_t        last = 0;
  for (uint32_t i = 0; i < buckets; i++)
    if (bucket[i] > last) last = bucket[i];
  if (last < first) return none;
  while (!(chain[last - first] & 1)) last++;
  table.count = (uint64_t)last + 1;
  return table;
}

/* The name of the index-th symbol if it is a function that the library defines, or NULL. */
static inline const char *csystem_function_name(const csystem_symbols *table, uint64_t index) {
  const ElfW(Sym) *s = &table->symbols[index];
  const unsigned char type = s->st_info & 15;
  if (s->st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_GNU_IFUNC)) return NULL;
  return table->strings + s->st_name;
}
#endif
