# Normal approximation by mada, with its defaults. Rscript mada.R FOLDER OUT.json NAME...
# mada adds 0.5 to every cell of every study as soon as one cell of the table is 0.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "two_by_two.R"))
suppressMessages(library(mada))

flip <- diag(c(1, -1)) # mada works with logit fpr, here it is logit spec

by_mada <- function(method) function(counts) {
  cells <- setNames(counts, toupper(names(counts)))
  run <- watched(reitsma(cells, method = method))
  if (!inherits(run$value, "reitsma")) return(c(run$value, list(said = as.list(run$said))))
  fit <- run$value
  shown <- watched(summary(fit))$value
  c(estimates(as.numeric(fit$coefficients) * c(1, -1), flip %*% fit$vcov %*% flip,
              flip %*% fit$Psi %*% flip, as.numeric(fit$logLik)),
    list(corrected = any(unlist(counts) == 0), said = as.list(run$said),
         printed = list(auc = shown$AUC$AUC, pauc = shown$AUC$pAUC,
                        i2_zhou_dendukuri = shown$i2$Zhou)))
}

main("mada", list(mada_reml = by_mada("reml"), mada_ml = by_mada("ml")))
