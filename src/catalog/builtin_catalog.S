// The catalog's text between two labels, in read-only memory. cmake/EmbedModel.cmake gives the
// path.
    .section .rodata
    .global edgevlm_builtin_catalog
edgevlm_builtin_catalog:
    .incbin EDGEVLM_BUILTIN_CATALOG
    .global edgevlm_builtin_catalog_end
edgevlm_builtin_catalog_end:
    .byte 0

    .section .note.GNU-stack, "", %progbits
