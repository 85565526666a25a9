# Laplace approximation by lme4 and by glmmTMB. Rscript glmer.R FOLDER OUT.json NAME...
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "two_by_two.R"))
suppressMessages({library(lme4); library(glmmTMB)})

model <- cbind(right, wrong) ~ 0 + sens + spec + (0 + sens + spec | study)

# tolPwrss is where glmer stops its inner search for the random effects; its default is 1e-7.
by_lme4 <- function(optimizer, tolerance) function(counts) {
  control <- glmerControl(optimizer = optimizer, tolPwrss = tolerance,
                          optCtrl = if (identical(optimizer, "bobyqa")) list(maxfun = 2e5) else list())
  run <- watched(glmer(model, arms_of(counts), binomial, nAGQ = 1, control = control))
  if (!is(run$value, "merMod")) return(c(run$value, list(said = as.list(run$said))))
  fit <- run$value
  random <- matrix(as.numeric(VarCorr(fit)$study), 2, 2)
  covariance <- watched(as.matrix(vcov(fit)))$value
  c(estimates(unname(fixef(fit)), covariance, random, as.numeric(logLik(fit))),
    list(singular = isSingular(fit),
         said = as.list(unique(c(unlist(fit@optinfo$conv$lme4$messages), run$said)))))
}

by_tmb <- function(counts) {
  run <- watched(glmmTMB(model, arms_of(counts), binomial))
  if (!inherits(run$value, "glmmTMB")) return(c(run$value, list(said = as.list(run$said))))
  fit <- run$value
  random <- matrix(as.numeric(VarCorr(fit)$cond$study), 2, 2)
  covariance <- watched(vcov(fit)$cond)$value
  c(estimates(unname(fixef(fit)$cond), covariance, random, as.numeric(logLik(fit))),
    list(positive_definite = fit$sdr$pdHess, said = as.list(run$said)))
}

main(c("lme4", "glmmTMB"), list(
  lme4 = by_lme4(c("bobyqa", "Nelder_Mead"), 1e-7), # the defaults of glmer, in two stages
  lme4_bobyqa = by_lme4("bobyqa", 1e-7),
  lme4_nelder_mead = by_lme4("Nelder_Mead", 1e-7),
  lme4_tight = by_lme4("bobyqa", 1e-12),
  glmmTMB = by_tmb
))
