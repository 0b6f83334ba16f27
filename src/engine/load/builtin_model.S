// The built-in model's bytes between two labels, in read-only memory. cmake/EmbedModel.cmake gives
// the path.
    .section .rodata
    .balign 64
    .global edgevlm_builtin_model
edgevlm_builtin_model:
    .incbin EDGEVLM_BUILTIN_MODEL
    .global edgevlm_builtin_model_end
edgevlm_builtin_model_end:
    .byte 0

    .section .note.GNU-stack, "", %progbits
