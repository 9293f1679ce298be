"""Operations of the `dsp` dialect, by family; `cmixdsl.dialects.dsp` names them all."""
