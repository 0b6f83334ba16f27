// The files of this folder as bytes, one behind the other: name, an end mark, size in 8 bytes, and
// the bytes.
    .section .rodata

.macro builtin_file name
    .asciz "\name"
    .quad 2f - 1f
1:  .incbin "\name"
2:
.endm

    .global edgevlm_experiment_files_begin
    .global edgevlm_experiment_files_end
edgevlm_experiment_files_begin:
    builtin_file audio-encode.yaml
    builtin_file audio-length.yaml
    builtin_file audio-padding.yaml
    builtin_file defects.yaml
    builtin_file frame-ablation.yaml
    builtin_file modality-bottleneck.yaml
    builtin_file module-profile.yaml
    builtin_file multi-turn.yaml
    builtin_file needle.yaml
    builtin_file precision.yaml
    builtin_file projector-comparison.yaml
    builtin_file savings-text.yaml
    builtin_file savings.yaml
    builtin_file serial-parallel.yaml
    builtin_file token-prefill.yaml
    builtin_file video-encode.yaml
    builtin_file report.css
edgevlm_experiment_files_end:
    .section .note.GNU-stack, "", %progbits
